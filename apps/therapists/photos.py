"""Photos of people: whatever is uploaded becomes one small square JPEG without any trace of camera or place."""

import io
from typing import IO

from PIL import Image, ImageOps

SIDE = 512  # pixels
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000  # a small file can unpack to gigabytes
FORMATS = ("JPEG", "PNG", "WEBP")
FACE = (0.5, 0.35)  # where faces are: a tall photo is cut more below than above


class NotAPhoto(Exception):
    """Not a picture of a known kind, or too large to open."""


def square(upload: IO[bytes]) -> bytes:
    """Return the upload as a square JPEG: turned upright, cut to the middle, re-encoded. Raises NotAPhoto."""
    try:
        with Image.open(upload, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise NotAPhoto
            upright = ImageOps.exif_transpose(image).convert("RGBA")
            thumb = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS, centering=FACE)
    except NotAPhoto:
        raise
    except Exception as error:  # a broken file trips Pillow anywhere: TypeError, struct.error and more were seen
        raise NotAPhoto from error
    clean = Image.new("RGB", thumb.size, "white")  # a new picture: nothing but the pixels is carried over
    clean.paste(thumb, mask=thumb.getchannel("A"))
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=85, optimize=True, progressive=True)
    return out.getvalue()
