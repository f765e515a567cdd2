from config.yard.stamps import Stamp, of_contents, of_listing


def test_stamp_is_fresh_only_after_the_step_wrote_the_same_key(tmp_path):
    stamp = Stamp(tmp_path / "below" / ".stamp")
    assert not stamp.fresh("a")
    stamp.write("a")
    assert stamp.fresh("a")
    assert not stamp.fresh("b")
    stamp.forget()
    assert not stamp.fresh("a")


def test_of_contents_follows_text_and_facts_but_not_time(tmp_path):
    file = tmp_path / "pins.txt"
    file.write_text("django==5\n")
    key = of_contents([file], "3.11")
    file.touch()
    assert of_contents([file], "3.11") == key
    assert of_contents([file], "3.12") != key
    file.write_text("django==6\n")
    assert of_contents([file], "3.11") != key


def test_of_listing_sees_a_new_file_and_a_changed_one(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>")
    key = of_listing(tmp_path.iterdir())
    assert of_listing(tmp_path.iterdir()) == key
    page.write_text("<p>more")
    changed = of_listing(tmp_path.iterdir())
    (tmp_path / "other.html").write_text("")
    assert key != changed != of_listing(tmp_path.iterdir())
