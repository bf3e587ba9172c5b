"""Where things lie that tests use."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("EXEMPLAR_SHARED_DATA", ROOT.parent / "shared" / "data"))
SAMPLES = ROOT / "sample_audio"
