"""The built pages and what the command said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sphinx.util.inventory import InventoryFile

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Built:
    """What the command built, and what it said."""

    folder: Path
    status: int
    said: str

    def page(self, name: str) -> str:
        return (self.folder / f"{name}.html").read_text(encoding="utf-8")

    def entries(self, *kinds: str) -> dict[str, str]:
        """The address of each name of these kinds, as `py:function`."""
        content = (self.folder / "objects.inv").read_bytes()
        inventory = InventoryFile.loads(content, uri="").data
        return {
            name: entry.uri
            for kind in kinds or inventory
            for name, entry in inventory.get(kind, {}).items()
        }
