"""A still in the sizes and formats that pages show it in."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from app.video.recipes import PICTURE_FORMATS, PICTURE_WIDTHS, picture_role
from app.video.render.made import Made, aside, made_still, published
from app.video.verify import look_again


def make_pictures(still: Path, family: str, out_dir: Path) -> list[Made]:
    """The same picture smaller, in every format of `PICTURE_FORMATS`: browsers take the best they
    know. A narrower still gives fewer sizes, but at least one. Raises `EngineFailed`."""
    made = []
    with aside(out_dir) as folder:
        with Image.open(still) as opened:
            # Pasted, not copied: nothing comes along but the picture.
            picture = Image.new("RGB", opened.size)
            picture.paste(opened.convert("RGB"))
        for width in [w for w in PICTURE_WIDTHS if w <= picture.width] or PICTURE_WIDTHS[:1]:
            height = round(width * picture.height / picture.width)
            sized = picture.resize((width, height), Image.Resampling.LANCZOS)
            for kind, recipe in PICTURE_FORMATS.items():
                target = folder / f"{family}_{width}.{kind}"
                sized.save(target, recipe.name, **recipe.options)
                made.append(
                    made_still(picture_role(family, width, kind), target, recipe.content_type)
                )
        look_again([each.path for each in made], own_tags=False)
        return published(made, out_dir)
