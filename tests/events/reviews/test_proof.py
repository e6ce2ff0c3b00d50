"""What is compared with points' facts: every check-in that was told of, and no other."""

import orjson
import pytest
from click.testing import CliRunner

from services.events.manage import manage
from tests.events.reviews.conftest import Office


def test_what_waits_or_was_never_confirmed_is_no_fact(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", office.database.url)
    there, confirmed, waiting, refused = office.scan(), office.late(), office.late(), office.late()
    office.confirm(confirmed)
    office.send("POST", f"/check-ins/{refused}/annul", {"reason": "不在场"})
    shown = CliRunner().invoke(manage, ["attendance"])
    assert shown.exit_code == 0, shown.output
    lines = {line[0]: line[2:] for line in map(orjson.loads, shown.stdout.splitlines())}
    assert lines == {there: [1, "present"], confirmed: [1, "present"]}
    # A check-in that counts, and nobody was told of, is found.
    office.execute(
        "UPDATE check_ins SET state = 'present', revision = 1 WHERE id = :id", id=waiting
    )
    untold = CliRunner().invoke(manage, ["attendance"])
    assert (untold.exit_code, waiting in untold.stderr) == (1, True)
