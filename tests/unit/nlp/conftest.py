"""The default playbook, compiled once for all tests of the package."""

import pytest

from nlp import CompiledPlaybook, load_default


@pytest.fixture(scope="session")
def playbook() -> CompiledPlaybook:
    return load_default()
