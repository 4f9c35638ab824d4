/** An expression and the result of jq 1.8. */
type Check = readonly [expression: string, answer: string];

// Each tells jq 1.8 from an older jq, or from one that was built without a feature. The version is not used for this,
// because distributions change it. jq 1.7.1 fails eleven of these; 1.6 hangs on one, so there is a time limit.
const CHECKS: readonly Check[] = [
  ['9007199254740993', '9007199254740993'],
  ['have_decnum', 'true'],
  ['("é-" | index("-"))', '1'],
  ['("aé,b" | indices(","))', '[2]'],
  ['(" a " | trim)', '"a"'],
  ['("aba" | trimstr("a"))', '"b"'],
  ['("aba" | ltrimstr("a") | rtrimstr("a"))', '"b"'],
  ['(try (1 | ltrimstr("a")) catch "refused")', '"refused"'],
  ['([1, [2]] | getpath([1, 0]))', '2'],
  ['({a: 1, b: 2} | pick(.a))', '{"a":1}'],
  ['[limit(0; error)]', '[]'],
  ['(try limit(-1; 1) catch "refused")', '"refused"'],
  ['[skip(1; 1, 2)]', '[2]'],
  ['add(1, 2)', '3'],
  ['(-1 | abs)', '1'],
  ['[last(empty)]', '[]'],
  ['("%41" | @urid)', '"A"'],
  ['(try ("1 " | tonumber) catch "refused")', '"refused"'],
  ['(if false then 1 end)', 'null'],
  ['(try error("e") catch .)', '"e"'],
  ['("Abc" | test("aB"; "i"))', 'true'],
  ['("x" | gsub("^"; "-"))', '"-x"'],
  ['("2025-02-21T12:16:45Z" | fromdate)', '1740140205'],
];

/** One program with all checks. */
export const CHECK_PROGRAM = `[${CHECKS.map(([expression]) => expression).join(', ')}]`;
export const CHECK_ANSWER = `[${CHECKS.map(([, answer]) => answer).join(',')}]`;
