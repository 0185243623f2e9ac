"""A new version takes two persons, is in force from its date, and is known from its approval."""

import json
from datetime import date, datetime, timedelta

import pytest

from engine.facts.failure import InputError
from engine.shell.log.chain import entries
from engine.shell.policies import MandateErrors
from engine.shell.publishing.evidence import Prepared
from engine.shell.publishing.people import NotAllowed, add_user
from engine.shell.publishing.publish import (
    approve_policy,
    evidence_of,
    pending,
    publish,
    refuse_policy,
)
from engine.shell.publishing.waive import next_text, next_version, waiver_from
from engine.shell.store.connect import Store
from tests.log.desks import words
from tests.publishing.firm import NOW, SECOND, WRITER, by, firm, found, in_force, tightened

NEW, OLD = date(2026, 4, 1), date(2026, 3, 31)
NAME = "adams.ips@1.1.0"


def published(store: Store, made: Prepared | None = None, **how: str) -> None:
    with store.writing() as session:
        publish(session, by(WRITER), made or found(tightened()), **how)


def test_a_version_is_pending_until_a_second_person_approves_it(address: str) -> None:
    with firm(address) as store:
        published(store)
        assert in_force(store, NEW) == ["1.0.0"]
        with store.reading() as session:
            (waiting,) = pending(session)
            evidence = evidence_of(session, waiting)
        assert (waiting.name, waiting.published_by, waiting.effective_from) == (NAME, WRITER, "2026-04-01")
        assert [row["rule"] for row in evidence["difference"]["rules"]] == ["CAP-2"]
        assert list(evidence) == ["findings", "examples", "difference", "impact"]
        with store.writing() as session:
            approve_policy(session, by(SECOND, hours=2), NAME)
        assert in_force(store, NEW) == ["1.1.0"]
        assert in_force(store, OLD) == ["1.0.0"]
        assert in_force(store, NEW, known=NOW + timedelta(hours=1)) == ["1.0.0"]
        with store.reading() as session:
            assert pending(session) == ()
            told = [(row.kind, row.person) for row in entries(session)]
    assert told == [("publish", WRITER), ("approve policy", SECOND)]
    assert words(address) == ""


@pytest.mark.parametrize("person", [WRITER, "r.  okafor", " R. OKAFOR "])
def test_nobody_approves_their_own_version(address: str, person: str) -> None:
    with firm(address) as store:
        published(store)
        with pytest.raises(InputError, match="nobody approves their own change"), store.writing() as session:
            approve_policy(session, by(person), NAME)
        assert in_force(store, NEW) == ["1.0.0"]


def test_what_cannot_be_approved_says_why(address: str) -> None:
    with firm(address) as store:
        published(store)
        for name, role, said in (
            ("adams.ips@1.2.0", "officer", "is not pending"),
            (NAME, "manager", "a policy is approved by an officer"),
        ):
            with pytest.raises(InputError, match=said), store.writing() as session:
                approve_policy(session, by(SECOND), name, role=role)
        with pytest.raises(InputError, match="is pending already"):
            published(store)
        with store.writing() as session:
            refuse_policy(session, by(SECOND), NAME, reason="the cap is too tight")
        with pytest.raises(InputError, match="is not pending"), store.writing() as session:
            approve_policy(session, by(SECOND), NAME)
        published(store)
        with store.writing() as session:
            approve_policy(session, by(SECOND), NAME)
        with pytest.raises(InputError, match=r"has a version 1\.1\.0 already"):
            published(store)


def test_a_version_that_the_evidence_speaks_against_is_refused(address: str) -> None:
    with pytest.raises(MandateErrors):
        found(tightened().replace("limit weight", "limit wieght"))
    whole = found(tightened())
    broken = Prepared(
        mandate=whole.mandate,
        rulebook_hash=whole.rulebook_hash,
        text="",
        data={},
        refused=("1 of its 1 examples fail",),
    )
    with firm(address) as store:
        with pytest.raises(InputError, match="1 of its 1 examples fail"):
            published(store, broken)
        with store.reading() as session:
            assert pending(session) == ()


def test_a_waiver_is_written_into_the_next_version_by_two_persons(address: str) -> None:
    waiver = waiver_from(
        "CAP-2",
        subject="account TAX-1",
        up_to="70%",
        until=date(2026, 6, 30),
        approver=SECOND,
        because="ips §4",
    )
    assert next_version("1.0.0", ["1.0.0", "1.0.1"]) == "1.0.2"
    original = tightened(version="1.0.0", since=date(2025, 1, 1))
    text = next_text(original, waiver, version="1.0.1", since=date(2026, 3, 11))
    made = found(text)
    policy = made.mandate.policy
    assert (policy.version, policy.supersedes, policy.effective_from) == ("1.0.1", "1.0.0", date(2026, 3, 11))
    assert [(row.rule, row.until, row.approved_by) for row in policy.waivers][-1] == (
        "CAP-2",
        date(2026, 6, 30),
        SECOND,
    )
    with firm(address) as store:
        published(store, made, approver=SECOND)
        with pytest.raises(InputError, match=f"the text names {SECOND}"), store.writing() as session:
            approve_policy(session, by("Somebody Else"), "adams.ips@1.0.1")
        with store.writing() as session:
            approve_policy(session, by(SECOND), "adams.ips@1.0.1")
        assert in_force(store, date(2026, 3, 11)) == ["1.0.1"]


def test_the_header_is_changed_where_it_stands_also_below_a_comment() -> None:
    text = """# kept by the family office
policy "Adams family"
  id adams.ips
  version 1.0.9
  effective from 2025-01-01   # the signing

rule CAP-1 "One company"
  effective from 2025-07-01
"""
    waiver = waiver_from(
        "CAP-1", subject='issuer "Acme Corp"', up_to=None, until=NEW, approver=SECOND, because='ips "§4"'
    )
    assert (
        next_text(text, waiver, version="1.0.10", since=date(2026, 3, 11))
        == """# kept by the family office
policy "Adams family"
  id adams.ips
  version 1.0.10
  supersedes version 1.0.9
  effective from 2026-03-11   # the signing

rule CAP-1 "One company"
  effective from 2025-07-01

waive CAP-1 for issuer "Acme Corp" until 2026-04-01 approved by "L. Brandt" because ips "§4"
"""
    )


@pytest.mark.parametrize(
    ("subject", "because", "approver"),
    [("TAX-1", "ips §4", SECOND), ("account TAX-1", "ips", SECOND), ("account TAX-1", "ips §4", " ")],
)
def test_a_waiver_without_subject_clause_or_approver_is_refused(
    subject: str, because: str, approver: str
) -> None:
    with pytest.raises(InputError):
        waiver_from("CAP-2", subject=subject, up_to="9%", until=NEW, approver=approver, because=because)


def test_once_there_are_users_only_officers_publish_and_approve(address: str) -> None:
    with firm(address) as store:
        with store.writing() as session:
            for name, role in (("A. Root", "administrator"), (WRITER, "officer"), ("M. Gray", "manager")):
                add_user(session, by("A. Root"), name=name, role=role)
        published(store)
        for name, said in (("M. Gray", "is manager and may not"), (SECOND, "is no user")):
            with pytest.raises(NotAllowed, match=said), store.writing() as session:
                approve_policy(session, by(name), NAME)


EXAMPLE = """
example "a company at 30.1% is asked for"
  given date 2026-03-10
  given holding "ACME" weight 30% with issuer "Acme Corp", asset_class equity
  trade buy 1,000 USD of "ACME"
  expect require approval of "Compliance" by ASK-1
  expect ASK-1 measured PART
"""


@pytest.mark.parametrize(
    ("part", "refused"),
    [("30.1%", ()), ("30.2%", ("1 of its 1 examples fail",))],
)
def test_examples_of_days_before_the_version_are_run_as_if_it_were_in_force(
    part: str, refused: tuple[str, ...]
) -> None:
    made = found(tightened() + EXAMPLE.replace("PART", part))
    assert made.refused == refused, [row["got"] for row in made.data["examples"]["examples"]]


def test_the_impact_is_that_of_the_version_in_force_though_its_day_is_to_come() -> None:
    """With caps on companies and sectors of 1% the book of February stands in breach from April on."""
    impact = found(tightened().replace("at most 45%", "at most 1%")).data["impact"]
    assert "CAP-2" in {row["rule"] for row in impact["accounts"]["in_breach"]}
    assert impact["accounts"]["no_longer_in_breach"] == [], "no rule of the version before is gone"


def test_the_evidence_is_kept_word_for_word(address: str) -> None:
    with firm(address) as store:
        published(store)
        with store.reading() as session:
            (waiting,) = pending(session)
            told = json.dumps(evidence_of(session, waiting))
    assert told == json.dumps(found(tightened()).data)
    assert isinstance(waiting.published_at, datetime)
