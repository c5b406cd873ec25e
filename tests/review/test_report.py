"""Reports of a campaign are sealed, and a change of them shows."""

from __future__ import annotations

from campaigns import NOW, begin, code
from inroads import review
from inroads.explorer import Explorer
from inroads.review import (
    report,
)
from inroads.store.ledger import Ledger


class TestReport:
    def test_sign_off(self, ledger: Ledger, twins: Explorer) -> None:
        """A sign-off needs every item decided or says that it is partial; then nothing can be decided any more."""
        campaign = begin(ledger, twins)
        campaign.decide([1], "revoke", by="eve", now=NOW, why="<b>*left*</b>")
        assert code(lambda: report.sign_off(campaign, by="boss", now=NOW)) == "UNDECIDED"
        closed = report.sign_off(campaign, by="boss", now=NOW, partial=True)
        assert closed.signed is not None
        assert closed.signed.undecided == 5
        assert code(lambda: campaign.decide([2], "keep", by="eve", now=NOW)) == "CAMPAIGN_CLOSED"
        assert code(lambda: report.sign_off(closed, by="boss", now=NOW)) == "CAMPAIGN_CLOSED"
        text = "".join(report.markdown(review.campaign(ledger, "Q1")))
        assert "PARTIAL: 5 items undecided" in text
        assert "- **REVOKE** by eve at 2026-06-01T00:00:00Z: &lt;b\\>\\*left\\*&lt;/b\\>" in text
        assert "coverage NOT complete" in text
        assert all(each in text for each in ("role 994207", "/response/roles/2"))

    def test_a_change_shows(self, ledger: Ledger, twins: Explorer) -> None:
        """Any byte that is changed, added or left out shows, in both forms; the ledger knows what was signed."""
        campaign = begin(ledger, twins)
        campaign.decide(campaign.numbers(), "keep", by="eve", now=NOW)
        closed = report.sign_off(campaign, by="boss", now=NOW)
        for made in (report.ndjson, report.markdown):
            data = "".join(made(closed)).encode()
            assert data == "".join(made(review.campaign(ledger, "Q1"))).encode()
            assert report.seal(data).holds
            assert report.is_signed(closed, data)
            for place in (0, len(data) // 3, len(data) // 2):
                spoilt = bytearray(data)
                spoilt[place] ^= 1
                assert not report.seal(bytes(spoilt)).holds
            assert code(lambda data=data: report.seal(data[:-20])) == "BAD_REPORT"
            head, _, rest = data.partition(b"\n")
            assert not report.seal(head + b"\nmore\n" + rest).holds
        assert closed.signed is not None
        assert report.seal("".join(report.ndjson(closed)).encode()).found == closed.signed.sha256
