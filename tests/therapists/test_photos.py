"""What becomes of an uploaded picture: no database."""

import io
import struct

import pytest
from PIL import Image

from apps.therapists import photos


def picture(size=(900, 600), kind="JPEG", mode="RGB", **facts):
    out = io.BytesIO()
    Image.new(mode, size, "teal" if mode != "L" else 90).save(out, kind, **facts)
    out.seek(0)
    return out


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("size", "kind", "mode"),
    [((900, 600), "JPEG", "RGB"), ((600, 900), "PNG", "RGBA"), ((30, 30), "WEBP", "RGB"), ((700, 700), "PNG", "P")],
)
def test_every_kind_becomes_a_square_jpeg(size, kind, mode):
    photo = opened(photos.square(picture(size, kind, mode)))
    assert (photo.format, photo.size, photo.mode) == ("JPEG", (photos.SIDE, photos.SIDE), "RGB")


def test_nothing_but_the_pixels_is_kept():
    exif = Image.Exif()
    exif[0x010F] = "SpyCam"  # the camera's maker
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken
    photo = opened(photos.square(picture(exif=exif, comment=b"my secret comment")))
    assert not dict(photo.getexif())
    assert "comment" not in photo.info
    content = photos.square(picture(exif=exif, comment=b"my secret comment"))
    assert b"SpyCam" not in content
    assert b"secret" not in content


def test_a_picture_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    image = Image.new("RGB", (400, 400), "black")
    image.paste("white", (0, 0, 400, 200))  # the upper half is white before turning
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    out.seek(0)
    photo = opened(photos.square(out))
    assert photo.getpixel((480, 256))[0] > 200
    assert photo.getpixel((30, 256))[0] < 50


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"<svg onload=alert(1)>", b"GIF89a" + b"\0" * 50, b"\xff\xd8\xff\xe0broken"]
)
def test_what_is_no_photo_is_refused(content):
    with pytest.raises(photos.NotAPhoto):
        photos.square(io.BytesIO(content))


def test_a_cut_off_photo_is_refused():
    whole = picture((900, 900), quality=95).getvalue()
    with pytest.raises(photos.NotAPhoto):
        photos.square(io.BytesIO(whole[: len(whole) // 2]))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(photos, "MAX_PIXELS", 100)
    with pytest.raises(photos.NotAPhoto):
        photos.square(picture((11, 10)))


@pytest.mark.parametrize("trouble", [TypeError("bad operand"), struct.error("required argument"), KeyError(274)])
def test_whatever_pillow_trips_over_is_no_photo(monkeypatch, trouble):
    """Seen when 6,000 broken files were tried: Pillow does not turn every fault of a file into an OSError."""

    def trip(image):
        raise trouble

    monkeypatch.setattr(photos.ImageOps, "exif_transpose", trip)
    with pytest.raises(photos.NotAPhoto):
        photos.square(picture())
