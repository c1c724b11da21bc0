"""nomenklatura's logic-v2 on the work of the names benchmark.

pairs CASES OUT           scores every labelled pair of CASES (a CSV of schema, name1, name2) and writes one score a line to OUT
screen LIST QUERIES OUT   screens QUERIES against LIST (CSVs of key, name, birth date); writes the best score of each query to OUT, and
                          behind a tab the score of the entity with the query's own key, 0 if it was not among the candidates

Candidates come from blocks of whole tokens and metaphone keys as rigour makes them; the 50 that share most, weighted by how rare what
they share is, are scored. This is ordinary use: the library has no index in memory, and its blockers write files.
"""

import csv
import math
import sys
from collections import defaultdict
from heapq import nlargest
from importlib.metadata import version

from followthemoney import model
from nomenklatura.matching.logic_v2.model import LogicV2
from rigour.text.phonetics import metaphone
from normality import ascii_text

from report import report

CANDIDATES = 50


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def entity(key, schema, names, birth_date=""):
    made = model.make_entity(schema)
    made.id = key
    for name in names:
        made.add("name", name)
    if birth_date:
        made.add("birthDate", birth_date)
    return made


def pairs(cases, out):
    config = LogicV2.default_config()
    with open(out, "w", encoding="utf-8") as file:
        count = 0
        for schema, first, second, *_ in rows(cases):
            result = LogicV2.compare(entity(f"a{count}", schema, [first]), entity(f"b{count}", schema, [second]), config)
            file.write(f"{result.score!r}\n")
            count += 1
    return {"pairs": count}


def keys(name):
    found = set()
    for token in (ascii_text(name) or "").lower().replace("-", " ").replace("'", "").replace(",", " ").split():
        found.add(token)
        sound = metaphone(token)
        if len(sound) > 2:
            found.add("~" + sound)
    return found


def screen(path, queries, out):
    config = LogicV2.default_config()
    listed, schema = {}, "Person"
    for key, name, birth_date in rows(path):
        listed.setdefault(key, (set(), set()))[0].add(name)
        if birth_date:
            listed[key][1].add(birth_date)
    blocks = defaultdict(set)
    entities = {}
    for key, (names, dates) in listed.items():
        made = entity(key, schema, sorted(names))
        for date in sorted(dates):
            made.add("birthDate", date)
        entities[key] = made
        for name in names:
            for block in keys(name):
                blocks[block].add(key)
    weights = {block: math.log(1 + len(entities) / len(members)) for block, members in blocks.items()}
    # The library remembers the analysed names of an entity by its id: every query has one of its own.
    count = scored = 0
    with open(out, "w", encoding="utf-8") as file:
        for key, name, birth_date, *_ in rows(queries):
            shared = defaultdict(float)
            for block in keys(name):
                for member in blocks.get(block, ()):
                    shared[member] += weights[block]
            query = entity(f"q{count}", schema, [name], birth_date)
            best, own = 0.0, 0.0
            for member, _ in nlargest(CANDIDATES, shared.items(), key=lambda item: item[1]):
                score = LogicV2.compare(query, entities[member], config).score
                scored += 1
                best = max(best, score)
                if member == key:
                    own = score
            file.write(f"{best!r}\t{own!r}\n")
            count += 1
    return {"queries": count, "pairs": scored, "entities": len(entities)}


task, *paths = sys.argv[1:]
report("nomenklatura " + version("nomenklatura") + " logic-v2", {"pairs": pairs, "screen": screen}[task](*paths))
