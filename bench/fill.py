"""A large database at once: rows as the server itself would have written them, cloned from one small campaign that it really ran.

The server must be stopped. Columns that are not named here are copied from the cloned row, so that the schema may grow.
"""
import sqlite3

LEDGER_MIX = """CASE WHEN i % 100 < 3 THEN 7 WHEN i % 100 < 5 THEN 8 WHEN i % 100 < 10 THEN 4 WHEN i % 100 < 60 THEN 5 ELSE 6 END"""
LAST_NAMES = ["Smith", "García", "Müller", "Łukasik", "Ивано́ва", "حسن", "王", "Nakamura", "Òkonjọ", "Sørensen"]
KEPT_EVENTS = 10000
GB = (ord("G") - 65) * 26 + ord("B") - 65 + 1


def columns(db, table):
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def clone(db, table, where, changes, source="", order=""):
    """INSERT a copy of the row `where` for each row of `source`, with these columns changed."""
    names = columns(db, table)
    values = [changes.get(name, f"o.{name}") for name in names]
    db.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table} o {source} WHERE {where} {order}")


def numbers(n):
    return f"JOIN (WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {n}) SELECT i FROM c) n"


def fill_contacts(db, seed, audience, n, first):
    """`n` contacts whose numbers begin at 44 74 `first`."""
    last = " ".join(f"WHEN {k} THEN '{name}'" for k, name in enumerate(LAST_NAMES))
    clone(db, "contact", f"o.audience_no = {seed} AND o.no = 1",
          {"audience_no": str(audience), "no": "i", "first_no": "i", "since_v": "1", "number": f"printf('4474%08d', {first} + i)", "country": str(GB),
           "first_name": "'P' || i", "last_name": f"CASE i % {len(LAST_NAMES)} {last} END", "custom1": "'order ' || i"}, numbers(n))


def ledger_columns(n, ms_each):
    """A life for each of `n` rows, their moments spread over n * ms_each."""
    earlier = f"- {ms_each} * ({n} - i)"
    return {"state": LEDGER_MIX, "country": str(GB), "code": "CASE WHEN i % 100 < 3 THEN 131026 WHEN i % 100 < 5 THEN 2 END",
            "failed_ms": f"CASE WHEN i % 100 < 3 THEN o.accepted_ms {earlier} END",
            "accepted_ms": f"CASE WHEN i % 100 BETWEEN 3 AND 4 THEN NULL ELSE o.accepted_ms {earlier} END", "sent_ms": f"o.sent_ms {earlier}",
            "delivered_ms": f"CASE WHEN i % 100 >= 10 THEN o.delivered_ms {earlier} END", "read_ms": f"CASE WHEN i % 100 >= 60 THEN o.read_ms {earlier} END"}


def fill_tally(db, campaign):
    db.execute("DELETE FROM tally WHERE campaign_no = ?", (campaign,))
    db.execute("INSERT INTO tally (campaign_no, kind, bucket, n) SELECT campaign_no, 0, state, COUNT(*) FROM ledger WHERE campaign_no = ? GROUP BY state", (campaign,))
    db.execute("INSERT INTO tally (campaign_no, kind, bucket, n) SELECT campaign_no, CASE state WHEN 7 THEN 1 ELSE 2 END, code, COUNT(*) FROM ledger "
               "WHERE campaign_no = ? AND state IN (7, 8) GROUP BY state, code", (campaign,))
    for kind, column in ((4, "accepted_ms"), (5, "delivered_ms"), (6, "read_ms"), (7, "failed_ms")):
        db.execute(f"INSERT INTO tally (campaign_no, kind, bucket, n) SELECT campaign_no, {kind}, {column} / 60000, COUNT(*) FROM ledger "
                   f"WHERE campaign_no = ? AND {column} IS NOT NULL GROUP BY {column} / 60000", (campaign,))


def fill_ledger(db, seed, campaign, n):
    clone(db, "ledger", f"o.campaign_no = {seed} AND o.seq = 1",
          {**ledger_columns(n, 12), "campaign_no": str(campaign), "seq": "i", "contact_no": "i",
           "wamid": f"CASE WHEN i % 100 BETWEEN 3 AND 4 THEN NULL ELSE printf('wamid.HBgMNDQ3NDAwMDAwMDAwFQIAERgSOTk5%08X%08XAA==', {campaign}, i) END"}, numbers(n))
    fill_tally(db, campaign)


def fill_singles(db, n):
    """Single messages, one a second until the first of them, and what people wrote."""
    campaign, audience, seq = db.execute("SELECT no, audience_no, next_seq FROM campaign WHERE kind = 1").fetchone()
    number = f"printf('4474%08d', i * 7 % {10 * n})"
    clone(db, "contact", f"o.audience_no = {audience} AND o.no = 1", {"no": f"{seq} + i", "first_no": f"{seq} + i", "number": number, "country": str(GB)}, numbers(n))
    clone(db, "single", f"o.campaign_no = {campaign} AND o.seq = 1", {"seq": f"{seq} + i", "create_ms": f"o.create_ms - 1000 * ({n} - i)"}, numbers(n))
    clone(db, "ledger", f"o.campaign_no = {campaign} AND o.seq = 1", {**ledger_columns(n, 1000), "seq": f"{seq} + i", "contact_no": f"{seq} + i"}, numbers(n))
    db.execute("UPDATE campaign SET next_seq = next_seq + ? WHERE no = ?", (n + 1, campaign))
    fill_tally(db, campaign)
    clone(db, "inbound", "o.no = 1", {"no": "o.no + i", "number": number, "country": str(GB), "wamid": "o.wamid || i",
                                      "create_ms": f"o.create_ms - 1000 * ({n} - i)", "at_ms": f"o.at_ms - 1000 * ({n} - i)"}, numbers(n))


def fill_hooks(db, n):
    """Events that were delivered, of each webhook; and opt-outs."""
    clone(db, "hook_event", "o.no = (SELECT MIN(no) FROM hook_event)",
          {"no": "(SELECT MAX(no) FROM hook_event) + i", "hook_no": f"1 + i % (SELECT COUNT(*) FROM hook)", "subject": "i", "state": "1",
           "attempts": "1", "http_status": "200", "done_ms": "o.create_ms + 100"}, numbers(KEPT_EVENTS * db.execute("SELECT COUNT(*) FROM hook").fetchone()[0]))
    clone(db, "optout", "o.no = (SELECT MIN(no) FROM optout)", {"no": "o.no + i", "number": "printf('4477%08d', i)"}, numbers(n))


def fill(path, n_rows, n_audiences, tell):
    """`n_rows` contacts and as many ledger rows: the first audience holds a tenth of them, the others share the rest. A tenth as many
    single messages, messages that people wrote, and opt-outs; as many delivered events of each webhook as are kept."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA cache_size = -500000")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    fill_singles(db, n_rows // 10)
    fill_hooks(db, n_rows // 10)
    db.execute("COMMIT")
    tell("single messages, what people wrote, opt-outs and events")
    first, others = n_rows // 10, (n_rows - n_rows // 10) // (n_audiences - 1)
    first_audience, first_campaign = (db.execute(f"SELECT MAX(no) + 1 FROM {table}").fetchone()[0] for table in ("audience", "campaign"))
    seed_audience, seed_campaign = db.execute("SELECT audience_no, no FROM campaign WHERE name = 'Seed'").fetchone()
    at = 0
    for k in range(n_audiences):
        n = others if k else first
        db.execute("BEGIN")
        audience, campaign = first_audience + k, first_campaign + k
        clone(db, "audience", f"o.no = {seed_audience}", {"no": str(audience), "name": f"'Shop {k + 1}'", "version": "1", "next_no": str(n + 1), "n_contacts": str(n)})
        clone(db, "campaign", f"o.no = {seed_campaign}", {"no": str(campaign), "name": f"'Sale {k + 1}'", "audience_no": str(audience), "freeze_no": str(n),
                                           "next_seq": str(n + 1), "claim_seq": str(n)})
        fill_contacts(db, seed_audience, audience, n, at)
        fill_ledger(db, seed_campaign, campaign, n)
        db.execute("COMMIT")
        at += n
        if k % 100 == 0:
            tell(f"{at} contacts and as many ledger rows")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
