"""DuckDB on the rows of the lake benchmark.

import-table   SOURCE DATABASE                  into a table of its own format
import-parquet SOURCE TARGET                    into a Parquet file with zstd, as the lake writes
scan-table     DATABASE REPEAT BOX...           the queries of `oikos-lab work lake-scan`, from the table
scan-parquet   FILE REPEAT BOX...               the same, from the Parquet file
"""

import os
import sys

import duckdb

from report import report

MODULUS = (1 << 61) - 1


def fingerprint(rows):
    """One number for all values of all rows in their order."""
    mark = 0
    for row in rows:
        for value in row:
            mark = (mark * 1000003 + value) % MODULUS
    return mark


def scan(connection, table, repeat, south, north, west, east, begin, end):
    for _ in range(repeat):
        (total,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        ships = connection.execute(
            f"SELECT mmsi, count(*), epoch_us(min(\"at\")), epoch_us(max(\"at\")) FROM {table} GROUP BY mmsi ORDER BY mmsi"
        ).fetchall()
        (inside,) = connection.execute(
            f"SELECT count(*) FROM {table} WHERE latitude BETWEEN {south} AND {north} AND longitude BETWEEN {west} AND {east} "
            f"AND \"at\" >= TIMESTAMPTZ '{begin}' AND \"at\" < TIMESTAMPTZ '{end}'"
        ).fetchone()
    return {"rows": total, "ships": len(ships), "ships_fingerprint": fingerprint(ships), "inside": inside}


def main(task, source, *arguments):
    database = {"import-table": lambda: arguments[0], "scan-table": lambda: source}.get(task, lambda: ":memory:")()
    connection = duckdb.connect(database)
    connection.execute("SET threads = 2")
    connection.execute("SET TimeZone = 'UTC'")
    if task == "import-table":
        connection.execute(f"CREATE TABLE ais_positions AS SELECT * FROM read_parquet('{source}')")
        connection.execute("CHECKPOINT")
        (rows,) = connection.execute("SELECT count(*) FROM ais_positions").fetchone()
        connection.close()
        facts = {"rows": rows, "bytes": os.path.getsize(database)}
    elif task == "import-parquet":
        (target,) = arguments
        copy = f"COPY (SELECT * FROM read_parquet('{source}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
        (rows,) = connection.execute(copy).fetchone()
        facts = {"rows": rows, "bytes": os.path.getsize(target)}
    else:
        table = "ais_positions" if task == "scan-table" else f"read_parquet('{source}')"
        repeat, *box = arguments
        facts = scan(connection, table, int(repeat), *box)
    report("DuckDB " + duckdb.__version__, facts)


main(*sys.argv[1:])
