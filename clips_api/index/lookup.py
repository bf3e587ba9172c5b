"""What was asked for, in the word index's own terms."""

from __future__ import annotations

import re
from collections.abc import Iterable

import tantivy
from rapidfuzz.distance import OSA
from tantivy import FieldType, Occur
from tantivy import Query as Sought

from clips_api.index.wordindex import SIDES, after, pairs, stems
from clips_api.query import Query, Term

IN_ONE_GO = 1.0  # how much more words count that are said as they were typed
NAMED = 4.0  # what a tag counts that the words name, as against words
ACROSS = 0.6  # how much a phrase counts that begins in one turn and ends in another
LONGEST_ACROSS = 12  # words of a phrase after which a turn may end
NEAREST = 3  # near-misses of a word that nobody said
SHORTEST = 4  # letters of a word that may have been misspelt
FAR = 8  # letters of a word in which two may be wrong


class Lookup:
    """Makes queries for one state of the index; `side` looks only at what that side says."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher, side: str | None = None) -> None:
        self._schema = schema
        self._searcher = searcher
        self._side = side

    def words(self, query: Query) -> Sought | None:
        """Clips with these words, scored by them; None where no words were asked for."""
        if not query:
            return None
        if self._side is None:
            return self._said(query, "")
        alone = self._said(query, "")
        among = self._said(query, f"{SIDES.get(self._side, 'u')}:")
        return either(both(without_score(self.term("sole", self._side)), alone), among)

    def near(self, query: Query) -> Query:
        """The same with near-misses of words that nobody said."""
        groups = tuple(group + tuple(self._nearest(group)) for group in query.groups)
        return Query(groups, query.without, query.cut)

    def term(self, field: str, value: str) -> Sought:
        return Sought.term_query(self._schema, field, value, "basic")

    def any_of(self, field: str, values: Iterable[str]) -> Sought:
        return Sought.term_set_query(self._schema, field, list(values))

    def between(self, field: str, kind: FieldType, least: float | None, most: float | None) -> Sought:
        """Numbers from `least` up to, but without, `most`; of whole numbers both."""
        whole = kind is FieldType.Integer or most is None
        return Sought.range_query(self._schema, field, kind, least, most, include_upper=whole)

    # words

    def _said(self, query: Query, by: str) -> Sought:
        about, named = self._about(query)
        said = [group for group in query.telling if group not in about] or query.groups
        clauses = [(Occur.Must if group in said else Occur.Should, self._group(group, by)) for group in query.groups]
        clauses = clauses or [(Occur.Must, Sought.all_query())]
        if query.run:
            clauses.append((Occur.Should, Sought.boost_query(self._run(query.run, by), IN_ONE_GO)))
        if named:
            tagged = Sought.const_score_query(self.any_of("tag", named), NAMED)
            clauses.append((Occur.Should, tagged))
        found = clauses[0][1] if len(clauses) == 1 else Sought.boolean_query(clauses)
        if named and self._only_named(query, about):
            found = either(found, tagged)
        without = [(Occur.MustNot, self._one(term, by)) for term in query.without]
        return Sought.boolean_query([(Occur.Must, found), *without]) if without else found

    def _about(self, query: Query) -> tuple[list[tuple[Term, ...]], list[str]]:
        """The words that name a kind of tag, as "objection" does, and the tags that all the words together name.

        People who coach say "price objection"; people on calls don't, so such a word need not be said.
        """
        loose = {group: set(stems(group[0].words)) for group in query.groups if group[0].kind == "word"}
        asked: set[str] = set().union(*loose.values()) if len(loose) == len(query.groups) else set()
        kinds, named = set(), []
        for tag, _ in self._searcher.terms_with_prefix("tag", ""):
            group, _, rest = tag.partition(".")
            kind, name = set(stems(group)), set(stems(rest.replace("_", " ")))
            kinds |= kind
            if asked in (name, kind, kind | name):
                named.append(tag)
        return [group for group, words in loose.items() if words <= kinds], named

    def _only_named(self, query: Query, about: list[tuple[Term, ...]]) -> bool:
        """Whether tags were asked for, not words: by their kind, by a name of several words or that nobody said."""
        asked = [stem for term in query.terms for stem in stems(term.words)]
        return bool(about) or len(asked) > 1 or not self._searcher.doc_freq("stems", asked[0])

    def _group(self, group: tuple[Term, ...], by: str) -> Sought:
        return either(*(self._one(term, by) for term in group))

    def _one(self, term: Term, by: str) -> Sought:
        if term.kind == "prefix":
            field = "exact_by" if by else "exact"
            return Sought.regex_query(self._schema, field, re.escape(by + term.words[0]) + ".*")
        if term.kind == "word":
            field = "stems_by" if by else "stems"
            return both(*(self._stem(field, by, stem) for stem in stems(term.words)))
        words = term.words
        inside = self._run(words, by)
        if by or len(term.words) == 1:
            return inside
        broken = [[*words[:at], *after(words[at:])] for at in range(1, min(len(words), LONGEST_ACROSS + 1))]
        across = (Sought.phrase_query(self._schema, "exact", list(run)) for run in broken)
        return either(inside, *(Sought.boost_query(run, ACROSS) for run in across))

    def _stem(self, field: str, by: str, stem: str) -> Sought:
        return Sought.term_query(self._schema, field, by + stem, "freq")

    def _run(self, words: tuple[str, ...], by: str) -> Sought:
        """Words one after the other, exactly so. Common ones side by side are found as pairs first: that is quicker."""
        field = "exact_by" if by else "exact"
        if len(words) == 1:
            return Sought.term_query(self._schema, field, by + words[0], "position")
        phrase = Sought.phrase_query(self._schema, field, [by + word for word in words])
        first = [self.term("pairs", pair) for pair in pairs(words)]
        if by or not first:
            return phrase
        return first[0] if len(words) == 2 else both(*map(without_score, first), phrase)

    def _nearest(self, group: tuple[Term, ...]) -> Iterable[Term]:
        """Words that were said and are spelt nearly like one that nobody said."""
        for term in group:
            word = term.words[0]
            if term.kind == "prefix" or term.how != "said" or len(term.words) > 1 or len(word) < SHORTEST:
                continue
            if self._searcher.doc_freq("stems", stems(word)[0]) or self._searcher.doc_freq("exact", word):
                continue
            most = 2 if len(word) >= FAR else 1
            known = self._searcher.terms_with_prefix("exact", word[0])
            distances = ((OSA.distance(word, other, score_cutoff=most), -count, other) for other, count in known)
            for _, _, other in sorted(found for found in distances if found[0] <= most)[:NEAREST]:
                yield Term((other,), "phrase", "near", word)


def without_score(query: Sought) -> Sought:
    """A condition that says nothing of how well a clip fits."""
    return Sought.const_score_query(query, 0.0)


def both(*queries: Sought) -> Sought:
    return queries[0] if len(queries) == 1 else Sought.boolean_query([(Occur.Must, query) for query in queries])


def either(*queries: Sought) -> Sought:
    return queries[0] if len(queries) == 1 else Sought.boolean_query([(Occur.Should, query) for query in queries])


def none_of(query: Sought) -> Sought:
    """All that a query doesn't find."""
    return Sought.boolean_query([(Occur.Must, Sought.all_query()), (Occur.MustNot, query)])


def every(words: Sought | None, *conditions: Sought) -> Sought:
    """Clips that say the words and fulfil every condition; all clips where neither is asked for."""
    clauses = [*([words] if words is not None else []), *map(without_score, conditions)]
    return both(*clauses) if clauses else Sought.all_query()
