#!/usr/bin/env python3
"""Makes statements.h and statements.c from sql/*.sql and migrations/*.sql.

A statement begins with a line `-- name: campaign_insert` and ends at the next one. `-- scan: reason` inside declares a
deliberate table scan; `-- index: NAME` an index that SQLite has to use, where it could take another; `-- rows: 50` repeats what
stands behind VALUES for as many rows, with placeholders of their own. `-- part: wanted` begins a text that the statements behind it
in its file have where `{wanted}` stands. `{one_of name $4 20}` is true for the values of the 20 placeholders from $4 on,
`{int_of no $4 20}` the same of integers, `{within number $4 10}` for what lies in one of 10 ranges, each of two placeholders; all of
them for everything when $4 is null, and the last ones may be. A twin for PostgreSQL alone stands under the same name in a *.pg.sql file.
"""
import pathlib
import re
import sys


def statements(path):
    """(name, text, may_scan, index) of each statement of a file."""
    found, parts = [], {}
    pieces = re.split(r"^-- (name|part):", path.read_text(), flags=re.M)[1:]
    for kind, piece in zip(pieces[::2], pieces[1::2]):
        name, _, body = piece.partition("\n")
        may_scan = re.search(r"^-- scan:", body, flags=re.M) is not None
        index = re.search(r"^-- index: (\w+)$", body, flags=re.M)
        lines = [line for line in body.splitlines() if not line.lstrip().startswith("--")]
        text = " ".join(" ".join(lines).split()).rstrip("; ")
        if not re.fullmatch(r"[a-z0-9_]+", name.strip()) or not text:
            sys.exit(f"{path}: a statement without a proper name or text: {name.strip()!r}")
        for part, its_text in parts.items():
            text = text.replace(f"{{{part}}}", its_text)
        text = re.sub(r"\{(one_of|int_of|within) (\S+) \$(\d+) (\d+)\}", lambda m: wanted(m[1], m[2], int(m[3]), int(m[4])), text)
        if kind == "part":
            parts[name.strip()] = text
            continue
        n_rows = re.search(r"^-- rows: (\d+)", body, flags=re.M)
        if n_rows:
            text = with_rows(text, int(n_rows[1]))
        found.append((name.strip(), text, may_scan, index and index[1]))
    return found


def wanted(kind, column, first, n):
    """The condition of a filter that may have several values."""
    if kind != "within":
        found = f"{column} IN ({', '.join(f'${first + i}' for i in range(n))})"
    else:
        found = " OR ".join(f"({column} >= ${first + 2 * i} AND {column} <= ${first + 2 * i + 1})" for i in range(n))
    return f"(CAST(${first} AS {'BIGINT' if kind == 'int_of' else 'TEXT'}) IS NULL OR {found})"


def with_rows(text, n_rows):
    """The row behind VALUES so many times, each with the next placeholders."""
    row = re.search(r"VALUES (\(.*?\))", text)
    n_values = len(set(re.findall(r"\$\d+", row[1])))
    rows = [re.sub(r"\$(\d+)", lambda m: f"${int(m[1]) + i * n_values}", row[1]) for i in range(n_rows)]
    return text[:row.start(1)] + ", ".join(rows) + text[row.end(1):]


def c_string(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", '\\n"\n\t"')
    return f'"{escaped}"'


def main(folder, header, source):
    folder = pathlib.Path(folder)
    plain, twins = {}, {}
    for path in sorted(folder.glob("sql/*.sql")):
        into = twins if path.name.endswith(".pg.sql") else plain
        for name, text, *declared in statements(path):
            if name in into:
                sys.exit(f"{path}: the statement {name} stands twice")
            into[name] = (text, *declared)
    for name in twins:
        if name not in plain:
            sys.exit(f"the PostgreSQL twin {name} has no statement beside it")
    migrations = sorted(folder.glob("migrations/*.sql"))
    for i, path in enumerate(migrations):
        if int(path.name.split("_")[0]) != i + 1:
            sys.exit(f"{path}: migrations are numbered 1, 2, 3…")
    names = sorted(plain)
    with open(header, "w") as out:
        out.write("/* Made by gen_sql.py from sql/ and migrations/. */\n#pragma once\n#include <stdbool.h>\n")
        out.write('#include "sql/sql.h"\n\nenum store_stmt {\n')
        out.writelines(f"\tSTMT_{name.upper()},\n" for name in names)
        out.write("\tN_STMTS\n};\n\nextern const struct sql_text store_texts[N_STMTS];\n")
        out.write("extern const bool store_may_scan[N_STMTS];\n")
        out.write("extern const char *const store_index[N_STMTS];\n\n")
        out.write("struct store_migration {\n\tint number;\n\tconst char *name, *text;\n};\n")
        out.write("extern const struct store_migration store_migrations[];\nextern const int n_store_migrations;\n")
    with open(source, "w") as out:
        out.write('/* Made by gen_sql.py from sql/ and migrations/. */\n#include "statements.h"\n\n')
        out.write("const struct sql_text store_texts[N_STMTS] = {\n")
        for name in names:
            twin = c_string(twins[name][0]) if name in twins else "NULL"
            out.write(f'\t{{"{name}", {c_string(plain[name][0])}, {twin}}},\n')
        out.write("};\n\nconst bool store_may_scan[N_STMTS] = {\n")
        out.writelines(f"\t[STMT_{name.upper()}] = true,\n" for name in names if plain[name][1])
        out.write("};\n\nconst char *const store_index[N_STMTS] = {\n")
        out.writelines(f'\t[STMT_{name.upper()}] = "{plain[name][2]}",\n' for name in names if plain[name][2])
        out.write("};\n\nconst struct store_migration store_migrations[] = {\n")
        for i, path in enumerate(migrations):
            out.write(f'\t{{{i + 1}, "{path.stem}",\n\t"{c_string(path.read_text())[1:]}}},\n')
        out.write(f"}};\nconst int n_store_migrations = {len(migrations)};\n")


main(*sys.argv[1:])
