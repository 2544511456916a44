"""How good the product's judgement of texts is: articles found, kinds, sentiment, in one run.

    make quality DATA_DIR=folder

Runs `faq_match.py`, `intake_kind.py` and `sentiment.py` on whatever of their files DATA_DIR holds.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import faq_match, intake_kind, sentiment


def main(folder: Path) -> None:
    """Print every figure."""
    if not folder.is_dir():
        raise SystemExit(f"{folder} is not a folder")
    for part in (faq_match, intake_kind, sentiment):
        part.report(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
