"""The running system of the integration tests, and a browser."""

from tests.browser import chromium
from tests.integration.system.conftest import running, snippet, truth

__all__ = ["chromium", "running", "snippet", "truth"]
