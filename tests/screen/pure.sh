#!/bin/sh
# pure.sh NM STATE_OBJECTS SCREEN_OBJECTS: the inspector's rooms state and screen do no input or output, know no clock, thread,
# environment, locale or terminal: of the C library they call memory, text and mathematics only. Objects are separated by ",".
nm=$1
allowed='mem[a-z]*|str[a-z]*|malloc|calloc|realloc|free|v?snprintf|ato[il]|qsort|bsearch|toupper|tolower|is[a-z]+'
allowed="$allowed"'|__ctype_(b|toupper|tolower)_loc|l?l?abs|l?l?round|lround|lrint|fabs|floor|ceil|sqrt|exp2?|log(2|10|1p)?|pow|fmin|fmax|fmod|hypot'
allowed="$allowed"'|[a-z]+f|__stack_chk_fail|__(mem|str|v?snprintf)[a-z]*_chk|__isoc99_[a-z]+|__isoc23_[a-z]+|_GLOBAL_OFFSET_TABLE_'
allowed="$allowed"'|lrp_[a-z0-9_]+|__(asan|ubsan|tsan|gcov|llvm|sanitizer)_.*'
bad=0
for objects in "$2" "$3"; do
  for object in $(printf '%s' "$objects" | tr ',;' '  '); do
    called=$("$nm" -u "$object" | awk '{print $NF}' | grep -Evx "$allowed") || continue
    echo "$object calls:" $called
    bad=1
  done
done
[ "$bad" = 0 ] && echo "state and screen are pure"
exit "$bad"
