// How dates are computed where jq's C library does it wrong or not at all (WebAssembly, musl, macOS): in jq itself, with the
// answers that jq 1.8 gives on glibc, odd ones too. test/mapping/date-cases.json holds those answers. What is left as it is:
// time zones (localtime), and flags such as %^a, which fail.

/** Definitions that take the place of jq's own. */
export const DATE_PRELUDE = String.raw`
def __map_gmtime: gmtime; def __map_localtime: localtime; def __map_mktime: mktime; def __map_todate: todateiso8601; def __map_fromdate: fromdateiso8601;
def __map_strftime(f): strftime(f); def __map_strflocaltime(f): strflocaltime(f); def __map_strptime(f): strptime(f);
def __map_div(n): . / n | floor;
def __map_mod(n): . - n * __map_div(n);
# days since 1970 of a year, month and day, and back: years begin in March, so that a leap day comes last
def __map_days: .[0] as $y | .[1] as $m | .[2] as $d | ($y + ($m | __map_div(12))) as $y | ($m | __map_mod(12)) as $m
  | (if $m < 2 then $y - 1 else $y end) as $y | ($y | __map_mod(400)) as $of_era | (($m + 10) % 12) as $m
  | ($y | __map_div(400)) * 146097 + $of_era * 365 + ($of_era | __map_div(4)) - ($of_era | __map_div(100)) + (153 * $m + 2 | __map_div(5)) + $d - 719469;
def __map_civil: . as $days | (. + 719468 | __map_mod(146097)) as $of_era
  | ($of_era - ($of_era | __map_div(1460)) + ($of_era | __map_div(36524)) - ($of_era | __map_div(146096)) | __map_div(365)) as $year
  | ($of_era - 365 * $year - ($year | __map_div(4)) + ($year | __map_div(100))) as $day | (5 * $day + 2 | __map_div(153)) as $m
  | (($m + 2) % 12) as $month | ($year + 400 * (. + 719468 | __map_div(146097)) + (if $month < 2 then 1 else 0 end)) as $y
  | [$y, $month, $day - (153 * $m + 2 | __map_div(5)) + 1, ($days + 4 | __map_mod(7)), $days - ([$y, 0, 1] | __map_days)];
def __map_seconds: __map_days * 86400 + .[3] * 3600 + .[4] * 60 + .[5];

# days and months are counted from 0, as in C
def gmtime: if type != "number" then __map_gmtime
  elif . >= 0 and . < 253402300800 then __map_gmtime
  elif isnan or fabs >= 67767976233532800 then error("error converting number of seconds since epoch to datetime")
  else floor as $whole | (if . < 0 then ceil else $whole end) as $cut | ($cut | __map_div(86400) | __map_civil) as $day | ($cut | __map_mod(86400)) as $s
  | [$day[0], $day[1], $day[2], ($s | __map_div(3600)), ($s | __map_mod(3600) | __map_div(60)), ($s | __map_mod(60)) + . - $whole, $day[3], $day[4]] end;
def localtime: if type == "number" and (isnan or fabs > 8.64e12) then error("localtime: no time zone is known for such a date") else __map_localtime end;
def __map_tm(n): type == "array" and length >= n and all(.[0:6][]; type == "number" and (isnan | not)) and (all(.[0:6][]; fabs < 2147483648) or error("invalid gmtime representation"));
def mktime: if __map_tm(6) then (.[0:6] | map(trunc) | __map_seconds | if . == -1 then error("invalid gmtime representation") else . end) else __map_mktime end;
def __map_2(c): tostring | if length < 2 then c + . else . end;
def __map_format(f; $zone): . as $tm | (if .[0] >= 1000 and .[0] <= 9999 then . else .[0] |= 2000 + __map_mod(400) end) as $like
  | if $like != $tm and (f | test("%[-_0^#EO+0-9]+[YFGCcs]")) then error("strftime/1: unknown system failure") else . end
  | (f | gsub("%(?<c>.)"; .c as $c
    | if $c == "Y" then "\($tm[0])" elif $c == "F" then "\($tm[0])-%m-%d" elif $c == "c" then "%a %b %e %H:%M:%S \($tm[0])"
      elif $c == "C" then $tm[0] | __map_div(100) | __map_2("0")
      elif $c == "G" then "\($tm[0] - $like[0] + ($like | __map_strftime("%G") | tonumber))"
      elif $c == "s" then $tm | __map_seconds | floor | tostring
      elif $c == "k" then $tm[3] | __map_2(" ") elif $c == "l" then ($tm[3] + 11) % 12 + 1 | __map_2(" ")
      elif $c == "P" then (if $tm[3] < 12 then "am" else "pm" end)
      elif $c | test("[fiJKLNoqQv]") then "%%" + $c
      elif $c == "Z" and $zone != null then $zone else "%" + $c end)) as $f | [$like, $f];
def __map_plain: test("%[^aAbBcCdDeFgGhHIjmMnprRsStTuUVwWxXyYz%]") | not;
def strftime(f): if (f | type) != "string" then __map_strftime(f) elif type == "number" then gmtime
  elif __map_tm(0) then . as $tm | [range(6) | $tm[.] // [1900, 0, 0, 0, 0, 0][.] | trunc] | __map_seconds | gmtime else . end
  | if (f | type) != "string" or (__map_tm(6) | not) or (.[0] >= 1900 and .[0] <= 9999 and (f | __map_plain)) then __map_strftime(f)
    else __map_format(f; "GMT") as [$tm, $f] | $tm | __map_strftime($f) end;
def strflocaltime(f): if (f | type) != "string" then __map_strflocaltime(f) elif type == "number" then localtime else . end
  | if (f | type) == "string" and __map_tm(6) then (try (if __map_strflocaltime("%z") == "+0000" then "UTC" else null end) catch null) as $zone
    | __map_format(f; $zone) as [$tm, $f] | $tm | __map_strflocaltime($f) else __map_strflocaltime(f) end;
# the common case is right everywhere, and by far faster
def todateiso8601: if type == "number" and . >= 0 and . < 253402300800 then __map_todate else strftime("%Y-%m-%dT%H:%M:%SZ") end;
def todate: todateiso8601;

# strptime: .s is what is left of the text, .f what is left of the format; no output means that they do not match
def __map_name($names): ascii_downcase as $text | first($names | to_entries[] | .key as $n | .value | (., .[0:3]) | select(. as $name | $text | startswith($name)) | [$n, length]) // null;
def __map_take($re): (.s | match("^(?:" + $re + ")") | .length) as $n | .v = .s[0:$n] | .s |= .[$n:];
def __map_number($width; $low; $high): __map_take("[ \t\n\r]*[0-9]{1,\($width)}") | .v |= (gsub("[^0-9]"; "") | tonumber) | if .v < $low or .v > $high then empty else . end;
def __map_parse: if .f == "" then .
  elif .f[0:1] | test("[ \t\n\r]") then __map_take("[ \t\n\r]*") | .f |= .[1:] | __map_parse
  elif .f[0:1] != "%" then if .s[0:1] == .f[0:1] then .s |= .[1:] | .f |= .[1:] | __map_parse else empty end
  else .f |= sub("^%[-_0^#]*[EO]?"; "") | .f[0:1] as $c | .f |= .[1:]
  | if $c == "Y" then __map_number(4; 0; 9999) | .y = .v | .cc = null | .dated = true
    elif $c == "m" then __map_number(2; 1; 12) | .mon = .v - 1 | .has_mon = true | .dated = true
    elif $c == "d" or $c == "e" then __map_number(2; 1; 31) | .mday = .v | .has_mday = true | .dated = true
    elif $c == "H" or $c == "k" then __map_number(2; 0; 23) | .hour = .v | .half = false
    elif $c == "I" or $c == "l" then __map_number(2; 1; 12) | .hour = .v % 12 | .half = true
    elif $c == "M" then __map_number(2; 0; 59) | .min = .v
    elif $c == "S" then __map_number(2; 0; 61) | .sec = .v
    elif $c == "j" then __map_number(3; 1; 366) | .yday = .v - 1 | .has_yday = true
    elif $c == "y" then __map_number(2; 0; 99) | .y = .v + (if .v < 69 then 2000 else 1900 end) | .yy = .v | .dated = true
    elif $c == "C" then __map_number(2; 0; 99) | .cc = .v | .dated = true
    elif $c == "U" then __map_number(2; 0; 53) | .week = [.v, 0]
    elif $c == "W" then __map_number(2; 0; 53) | .week = [.v, 1]
    elif $c == "u" then __map_number(1; 1; 7) | .wday = .v % 7 | .has_wday = true
    elif $c == "w" then __map_number(1; 0; 6) | .wday = .v | .has_wday = true
    elif $c == "V" then __map_number(2; 0; 53) elif $c == "G" then __map_take("[0-9]+") elif $c == "g" then __map_number(2; 0; 99)
    elif $c == "p" then __map_take("[AaPp][Mm]") | .pm = (.v | test("p"; "i"))
    elif $c == "a" or $c == "A" then (.s | __map_name(["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"])) as $name
      | if $name == null then empty else .wday = $name[0] | .has_wday = true | .s |= .[$name[1]:] end
    elif $c == "b" or $c == "B" or $c == "h" then (.s | __map_name(["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"])) as $name
      | if $name == null then empty else .mon = $name[0] | .has_mon = true | .dated = true | .s |= .[$name[1]:] end
    elif $c == "z" then __map_take("[ \t\n\r]*(?:Z|[-+][0-9]{2}(?::?[0-9]{2})?)")
    elif $c == "Z" then __map_take("[ \t\n\r]*[^ \t\n\r]*")
    elif $c == "s" then __map_take("[0-9]+") | (.v | tonumber | gmtime) as $t
      | .y = $t[0] | .mon = $t[1] | .mday = $t[2] | .hour = $t[3] | .min = $t[4] | .sec = $t[5] | .wday = $t[6] | .yday = $t[7]
    elif $c == "n" or $c == "t" then __map_take("[ \t\n\r]*")
    elif $c == "%" then if .s[0:1] == "%" then .s |= .[1:] else empty end
    else ({T: "%H:%M:%S", R: "%H:%M", D: "%m/%d/%y", x: "%m/%d/%y", X: "%H:%M:%S", F: "%Y-%m-%d", r: "%I:%M:%S %p", c: "%a %b %e %H:%M:%S %Y"}[$c]) as $more
      | if $more == null then empty else .f = $more + .f end
    end | __map_parse end;
def __map_year_start: [.y, 0, 1] | __map_days;
def __map_slow_strptime(f): if type != "string" or (f | type) != "string" then __map_strptime(f) else . as $text
  | (first({s: $text, f: f, y: 1900, mon: 0, mday: 0, hour: 0, min: 0, sec: 0, wday: 8, yday: 367} | __map_parse | select(.s | test("^(?:[ \\t\\n\\r]|$)")))
    // error("date \($text | tojson) does not match format \(f | tojson)"))
  | if .half and .pm then .hour += 12 else . end
  | if .cc != null then .y = .cc * 100 + (.yy // 0) else . end
  | if .week != null and .has_wday and (.has_yday | not) then .has_yday = true | .dated = true | (__map_year_start + 4 | __map_mod(7)) as $first
      | .yday = (7 - ($first - .week[1])) % 7 + (.week[0] - 1) * 7 + (.wday - .week[1] + 7) % 7 else . end
  | if .dated and .has_yday and (.has_mon and .has_mday | not) then (__map_year_start + .yday | __map_civil) as $day
      | if .has_mon then . else .mon = $day[1] end | if .has_mday then . else .mday = $day[2] end else . end
  | if .dated then ([.y, .mon, .mday] | __map_days) as $day | if .has_wday then . else .wday = ($day + 4 | __map_mod(7)) end
      | if .has_yday then . else .yday = $day - __map_year_start end else . end
  | [.y, .mon, .mday, .hour, .min, .sec, .wday, .yday] + if .s == "" then [] else [.s] end
  end;
# a whole date in the usual directives is right everywhere; only a day, minute or year that does not exist is put right there
def __map_usual: test("^(?:[^%]|%[YmdHMSTFRbBhz])*$") and (contains("%F") or (contains("%Y") and contains("%d") and test("%[mbBh]")));
def strptime(f): if type == "string" and (f | type == "string" and __map_usual) and (contains("60") | not) then . as $text
    | ((try __map_strptime(f) catch null) | select(. != null and .[2] > 3 and .[0] >= 1000 and (.[0] as $y | $text | contains($y | tostring))))
    // __map_slow_strptime(f) else __map_slow_strptime(f) end;
def fromdateiso8601: (if type == "string" and .[0:4] >= "1900" then try __map_fromdate catch null else null end)
  // (strptime("%Y-%m-%dT%H:%M:%SZ") | mktime);
def fromdate: fromdateiso8601;
`;
