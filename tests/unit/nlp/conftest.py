"""The default playbook, compiled once for all tests of the package."""

import pytest

from nlp.analyse import load_default
from nlp.rules import CompiledPlaybook


@pytest.fixture(scope="session")
def playbook() -> CompiledPlaybook:
    return load_default()
