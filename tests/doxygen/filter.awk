# filter.awk: a public header as Doxygen reads it. Headers have plain comments: one in front of declarations is about all of them
# up to the next blank line or comment, one behind a member is about that member, the first one is about the file. Rulers
# ("/* ---- making ---- */") and comments inside macros are none of Doxygen's business. Lines keep their numbers.

# Nothing in a comment is a command or a tag; code, which stands further in, stays as it is.
function plain(text) {
    if (text !~ /^ \*     /) gsub(/[\\@<>#&]/, "\\\\&", text)
    return text
}
# "double sum, mean" -> "double sum; COMMENT double mean": every declarator has a comment of its own.
function each(text, comment,    type, names, count, i, out) {
    if (text !~ /,/ || text ~ /[({]/) return text
    match(text, /^ *((const|unsigned|struct|enum) )*[a-z_0-9]+ /)
    type = substr(text, 1, RLENGTH)
    count = split(substr(text, RLENGTH + 1), names, /, */)
    for (i = 1; i < count; i++) out = out type names[i] ";" comment
    return out type names[count]
}

{ in_macro = continued; continued = /\\$/ }

in_comment {
    if (about != "ruler") $0 = plain($0)
    if (about == "next") {
        text = $0
        sub(/^ *\* /, " ", text)
        front = front text
    }
    in_comment = !/\*\/ *$/
    print
    next
}
in_macro || /^#/ || /^ *$/ { front = ""; print; next }

/^ *\/\*/ { # in front of what follows
    in_comment = !/\*\/ *$/
    about = /\/\* ----/ ? "ruler" : NR == 1 ? "file" : "next"
    match($0, /^ */)
    text = plain(substr($0, RLENGTH + 3))
    if (about != "ruler") $0 = substr($0, 1, RLENGTH) (about == "file" ? "/** @file" : "/**") text
    front = about == "next" ? text : ""
    taken = 0
    print
    next
}
{
    is_start = !inside
    if (match($0, /\/\*.*/)) { # behind a declaration
        about = "before"
        text = plain(substr($0, RSTART + 2))
        code = substr($0, 1, RSTART - 1)
        in_comment = text !~ /\*\/ *$/
        $0 = each(code, " /**<" text (in_comment ? " */" : "")) "/**<" text
    } else {
        code = $0
        if (is_start && taken && front != "" && !/^}/) $0 = "/**" front " " $0
    }
    taken = 1
    sub(/ *$/, "", code)
    if (code ~ /{$/) front = ""
    else inside = code !~ /[;}]$/ # a declaration goes on in the next line
    print
}
