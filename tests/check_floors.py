#!/usr/bin/env python3
"""Fails when a file includes a header from a floor above its own (docs/architecture.md)."""

import pathlib
import re
import sys

FLOORS = ["capture", "dissectors", "inventory", "rules", "alerts", "console", "sensor"]
INCLUDE = re.compile(r'^#include "(\w+)/', re.MULTILINE)


def main(root: pathlib.Path) -> int:
    wrong = [
        f"{path.relative_to(root)} includes {floor}/"
        for level, own in enumerate(FLOORS)
        for path in sorted((root / own).rglob("*.?pp"))
        for floor in INCLUDE.findall(path.read_text())
        if floor not in FLOORS[: level + 1]
    ]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
