/* worked_text.h: worked numbers of operators on texts: the examples of the specification. */
// clang-format off
static const struct example worked_text[] = {
    {"stop words go", "StringNormalizer", "", 10, "case_change_action=sLOWER is_case_sensitive=i1 stopwords=Smonday",
     {"s[4] monday tuesday wednesday thursday"}, {"s[3] tuesday wednesday thursday"}},
    {"whatever their letters, in a row", "StringNormalizer", "", 10, "case_change_action=sUPPER stopwords=Smonday",
     {"s[1,6] Monday tuesday wednesday Monday tuesday wednesday"}, {"s[1,4] TUESDAY WEDNESDAY TUESDAY WEDNESDAY"}},
    {"letters beyond ASCII", "StringNormalizer", "", 10, "case_change_action=sUPPER", {"!s[2] ärger żółw"}, {"s[2] ÄRGER ŻÓŁW"}},
    {"nothing is left", "StringNormalizer", "", 10, "is_case_sensitive=i1 stopwords=Smonday", {"s[2] monday monday"}, {"s[1] _"}},
    {"one and two items, with gaps", "TfIdfVectorizer", "", 9, "mode=sTF min_gram_length=i1 max_gram_length=i2 max_skip_count=i5"
     " ngram_counts=I0,4 ngram_indexes=I0,1,2,3,4,5,6 pool_int64s=I2,3,5,4,5,6,7,8,6,7",
     {"i[2,6] 1 1 3 3 3 7 8 6 7 5 6 8"}, {"f[2,7] 0 3 0 0 0 0 0 0 0 1 0 1 1 1"}},
    {"weighted words", "TfIdfVectorizer", "", 9, "mode=sTFIDF ngram_counts=I0 ngram_indexes=I1,0 pool_strings=Sa,b weights=F2,3",
     {"s[4] b a b c"}, {"f[2] 6 2"}},
    {"words that are there", "TfIdfVectorizer", "", 9, "mode=sIDF ngram_counts=I0 ngram_indexes=I1,0 pool_strings=Sa,b weights=F2,3",
     {"s[3] b c b"}, {"f[2] 3 0"}},
    {"one to one", "StringConcat", "", 20, "", {"s[2] abc def", "s[2] .com .net"}, {"s[2] abc.com def.net"}},
    {"one to all", "StringConcat", "", 20, "", {"s[3] cat dog snake", "s[1] s"}, {"s[3] cats dogs snakes"}},
    /* those of the ONNX project's own examples whose texts have no blanks */
    {"cut at dots", "StringSplit", "", 20, "delimiter=s.", {"s[2] abc.com def.net"}, {"s[2,2] abc com def net", "l[2] 2 2"}},
    {"cut once", "StringSplit", "", 20, "delimiter=s. maxsplit=i1", {"!s[2] a.b.c d.e"}, {"s[2,2] a b.c d e", "l[2] 2 2"}},
    {"some are shorter", "StringSplit", "", 20, "delimiter=s-", {"!s[3] o-n-n--x- _ eggs"}, {"s[3,6] o n n _ x _ _ _ _ _ _ _ eggs _ _ _ _ _", "l[3] 6 1 1"}},
    {"by blanks", "StringSplit", "", 20, "", {"!s[2] abc _"}, {"s[2,1] abc _", "l[2] 1 0"}},
    {"a table of them", "StringConcat", "", 20, "", {"s[2,1] a b", "s[3] x y z"}, {"s[2,3] ax ay az bx by bz"}},
    {"numbers as texts", "Cast", "", 13, "to=i8", {"f[4] 1.5 0.1 -2 1e-9"}, {"s[4] 1.5 0.1 -2 1e-09"}},
    {"texts as numbers", "Cast", "", 13, "to=i1", {"s[4] 1.5 -2 1e3 -INF"}, {"f[4] 1.5 -2 1000 -inf"}},
    {"texts as whole numbers", "Cast", "", 13, "to=i7", {"s[2] 12 -3"}, {"l[2] 12 -3"}},
    {"texts stay", "Identity", "", 16, "", {"s[2] a b"}, {"s[2] a b"}},
    {"texts are moved", "Transpose", "", 13, "", {"s[2,2] a b c d"}, {"s[2,2] a c b d"}},
    {"texts are picked", "Gather", "", 13, "", {"!s[3] a b c", "l[2] 2 0"}, {"s[2] c a"}},
    {"texts are compared", "Equal", "", 19, "", {"s[3] a b c", "s[1] b"}, {"b[3] 0 1 0"}},
    {"a text", "Constant", "", 13, "value_string=sabc", {NULL}, {"s[] abc"}},
    {"two texts", "Constant", "", 13, "value_strings=Sabc,d", {NULL}, {"s[2] abc d"}},
};
// clang-format on
