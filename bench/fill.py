"""A large database at once: rows as the server itself would have written them, cloned from one small campaign that it really ran.

The server must be stopped. Columns that are not named here are copied from the cloned row, so that the schema may grow.
"""
import sqlite3

LEDGER_MIX = """CASE WHEN i % 100 < 3 THEN 7 WHEN i % 100 < 5 THEN 8 WHEN i % 100 < 10 THEN 4 WHEN i % 100 < 60 THEN 5 ELSE 6 END"""
LAST_NAMES = ["Smith", "García", "Müller", "Łukasik", "Ивано́ва", "حسن", "王", "Nakamura", "Òkonjọ", "Sørensen"]
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


def fill_contacts(db, audience, n, first):
    """`n` contacts whose numbers begin at 44 74 `first`."""
    last = " ".join(f"WHEN {k} THEN '{name}'" for k, name in enumerate(LAST_NAMES))
    clone(db, "contact", "o.audience_no = 1 AND o.no = 1",
          {"audience_no": str(audience), "no": "i", "first_no": "i", "since_v": "1", "number": f"printf('4474%08d', {first} + i)", "country": str(GB),
           "first_name": "'P' || i", "last_name": f"CASE i % {len(LAST_NAMES)} {last} END", "custom1": "'order ' || i"}, numbers(n))


def fill_ledger(db, campaign, n):
    clone(db, "ledger", "o.campaign_no = 1 AND o.seq = 1",
          {"campaign_no": str(campaign), "seq": "i", "contact_no": "i", "state": LEDGER_MIX, "country": str(GB),
           "code": "CASE WHEN i % 100 < 3 THEN 131026 WHEN i % 100 < 5 THEN 2 END",
           "failed_ms": "CASE WHEN i % 100 < 3 THEN o.accepted_ms END", "accepted_ms": "CASE WHEN i % 100 BETWEEN 3 AND 4 THEN NULL ELSE o.accepted_ms END",
           "delivered_ms": "CASE WHEN i % 100 >= 10 THEN o.delivered_ms END", "read_ms": "CASE WHEN i % 100 >= 60 THEN o.read_ms END",
           "wamid": f"CASE WHEN i % 100 BETWEEN 3 AND 4 THEN NULL ELSE printf('wamid.HBgMNDQ3NDAwMDAwMDAwFQIAERgSOTk5%08X%08XAA==', {campaign}, i) END"}, numbers(n))
    db.execute("DELETE FROM tally WHERE campaign_no = ?", (campaign,))
    db.execute("INSERT INTO tally (campaign_no, kind, bucket, n) SELECT campaign_no, 0, state, COUNT(*) FROM ledger WHERE campaign_no = ? GROUP BY state", (campaign,))
    db.execute("INSERT INTO tally (campaign_no, kind, bucket, n) SELECT campaign_no, CASE state WHEN 7 THEN 1 ELSE 2 END, code, COUNT(*) FROM ledger "
               "WHERE campaign_no = ? AND state IN (7, 8) GROUP BY state, code", (campaign,))
    for kind, column in ((4, "accepted_ms"), (5, "delivered_ms"), (6, "read_ms"), (7, "failed_ms")):
        db.execute(f"INSERT INTO tally (campaign_no, kind, bucket, n) SELECT campaign_no, {kind}, {column} / 60000, COUNT(*) FROM ledger "
                   f"WHERE campaign_no = ? AND {column} IS NOT NULL GROUP BY {column} / 60000", (campaign,))


def fill(path, n_rows, n_audiences, tell):
    """`n_rows` contacts and as many ledger rows: the first audience holds a tenth of them, the others share the rest."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA cache_size = -500000")
    first, others = n_rows // 10, (n_rows - n_rows // 10) // (n_audiences - 1)
    at = 0
    for k in range(n_audiences):
        n = others if k else first
        db.execute("BEGIN")
        audience, campaign = k + 2, k + 2
        clone(db, "audience", "o.no = 1", {"no": str(audience), "name": f"'Shop {k + 1}'", "version": "1", "next_no": str(n + 1), "n_contacts": str(n)})
        clone(db, "campaign", "o.no = 1", {"no": str(campaign), "name": f"'Sale {k + 1}'", "audience_no": str(audience), "freeze_no": str(n),
                                           "next_seq": str(n + 1), "claim_seq": str(n)})
        fill_contacts(db, audience, n, at)
        fill_ledger(db, campaign, n)
        db.execute("COMMIT")
        at += n
        if k % 100 == 0:
            tell(f"{at} contacts and as many ledger rows")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
