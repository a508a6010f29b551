//go:build ignore

// Records what Go's regexp answers, for the tests beside this file to compare the gate's engine with. Written for Go 1.26;
// to regenerate, from this folder: go run corpus.go > go-corpus.ndjson
//
// Each line is a pattern with its results or its error, or a set of code points that fold to each other. Patterns and texts
// are arbitrary bytes; in the JSON each character of a string stands for one byte.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
)

// table is written by hand: a pattern, and the texts to match it with.
var table = [][]string{
	// Literals and anchors
	{"", "", "a"},
	{"abc", "abc", "xabcx", "ab"},
	{"^abc", "abcd", "xabc"},
	{"abc$", "xabc", "abc\n"},
	{"^abc$", "abc", "abcd"},
	{"^$", "", "\n"},
	{"$^", "", "a"},
	{`\Aab\z`, "ab", "ab\n"},
	{"(?m)^b$", "a\nb\nc", "ab"},
	{"(?m)$", "\n", "a\nb"},
	{`(?m)\Ab`, "a\nb"},
	{"a^b", "ab", "a\nb"},
	{"(?m)a\n^b", "a\nb"},
	{"(?:^|x)a", "a", "ba", "bxa"},
	{"^a|^b", "b", "cb"},
	{"(^a|b$)", "ab", "ca", "cb"},
	{"^*", "a"},
	{"$+", "a"},
	// The dot
	{"a.c", "abc", "a\nc", "aéc", "a\xffc", "ac"},
	{"(?s)a.c", "a\nc"},
	{"^.$", "é", "€", "😀", "\xe2\x82", "\xff", "\xed\xa0\x80"},
	{"^..$", "\xe2\x82", "\xc0\x80", "éa"},
	{".+", "a\nb", "\n"},
	// Invalid UTF-8 in the text
	{`\x{FFFD}`, "\xff", "\ufffd", "\xe2\x82a"},
	{"^[^a]$", "\xff", "\xe2", "é"},
	{"\ufffd$", "a\xf0\x9f", "a"},
	{`(\x{FFFD}+)`, "a\xed\xa0\x80b"},
	{`\W+`, "a\xff\xfeb"},
	{"é", "\xc3", "a\xc3\xa9", "\xc3\xc3\xa9"},
	{"(é)$", "\xe9\xc3\xa9"},
	// Classes
	{"[abc]+", "xxabcabd"},
	{"[^abc]+", "abxyzc"},
	{"[a-c0-2]+", "zb1c3"},
	{"[]a]+", "]a]", "b"},
	{"[^]a]+", "]ab"},
	{"[a-]+", "-a-", "b"},
	{"[-a]+", "-a-"},
	{"[a^]+", "^a"},
	{`[\]\-\\]+`, `a\-]`},
	{`[\n\t]+`, "a\n\tb"},
	{`[\x41-\x43]+`, "zABCD"},
	{`[\101-\103]+`, "zABCD"},
	{"[é-ü]+", "aéèüb"},
	{"[^\\x00-\\x{10FFFF}]", "a", ""},
	{"[\\x00-\\x{10FFFF}]+", "a\n\xffé"},
	{"[[:alpha:]]+", "12abC3"},
	{"[[:^alpha:]]+", "ab12é"},
	{"[[:digit:][:space:]]+", "a1 2\tb"},
	{"[[:punct:]]+", "a!/~b"},
	{"[[:word:]]+", "-a_1é"},
	{"[[:xdigit:]]+", "gAf09"},
	{"[[:ascii:]]+", "éab\x7f"},
	{"[[:cntrl:]]+", "a\x00\x1f\x7f"},
	{"[[:graph:]]+", " a! "},
	{"[[:print:]]+", "\na !\n"},
	{"[[:blank:]]+", "a \tb"},
	{"[[:upper:]]+[[:lower:]]+", "aABcd"},
	{"[[:alnum:]]+", "_a1_"},
	{"[^[:word:]]+", "ab --é"},
	{"[a[:digit:]b]+", "xa1b2"},
	{"[[:]+", "[:"},
	{"[:alpha:]+", "alpha:"},
	{`\d+\D+\d+`, "a12b34"},
	{`\s\S\s`, "a b c", "\va\f"},
	{`\w+\W\w+`, "a_1-b", "é"},
	{`[\d\-\s]+`, "a1- 2b"},
	{`[^\d\s]+`, "1 ab2"},
	{`[\D]+`, "12ab"},
	{`[\W\w]+`, "é\n"},
	// Escapes
	{`\a\f\t\n\r\v`, "\a\f\t\n\r\v"},
	{`\x41\x{42}\x{1F600}`, "AB😀"},
	{`\0\07\101`, "\x00\aA"},
	{`\12\1234`, "\nS4"},
	{`\.\*\[\]\(\)\{\}\^\$\|\?\+\\\/`, `.*[](){}^$|?+\/`},
	{`\_\-`, "_-"},
	{`\Qa.b*\E+`, "a.b**", "axb"},
	{`a\Q\E*`, "aaa"},
	{`\Q(`, "("},
	{`\Q\\E`, `\`},
	{`\x{0000000041}`, "A"},
	{`\x{D800}`, "\xed\xa0\x80", "\ufffd"},
	{"{", "{"},
	{"a{", "a{"},
	{"a{,2}", "a{,2}", "aa"},
	{"a{01}", "a{01}"},
	{"a{1", "a{1"},
	{"}]", "}]"},
	// Word boundaries
	{`\bfoo\b`, "foo", "a foo b", "afoo", "foo_", "foo-", "éfoo"},
	{`\Bo\B`, "foot", "o"},
	{`\b`, "", "a", "-"},
	{`\B`, "", "a", "ab"},
	{`\b$`, "a", "a-"},
	{`^\b`, "a", "-"},
	{`(\b|-)+a`, "-a", "--a"},
	{`(?m)^\b.`, "-\na"},
	{`a\b\b`, "a"},
	{`a\b\B`, "a"},
	// Alternation
	{"a|b|c", "xc"},
	{"a|ab", "ab"},
	{"ab|a", "ab"},
	{"|a", "a"},
	{"a|", "b"},
	{"(a|ab)(c|bcd)", "abcd"},
	{"(|a)(b|)", "ab"},
	{"foo|foobar|fo", "foobar"},
	{"(?:a|b)|c", "c"},
	{"^(?:GET|POST)$", "GET", "GETS", "POST"},
	// Groups
	{"(a)(b)?", "a", "ab"},
	{"((a)|(b))+", "ab"},
	{"(a*)(b*)", "aabb", ""},
	{"(?P<User>[a-z]+)/(?<Group>[a-z]+)", "/bob/dev/"},
	{"(((((a)))))", "a"},
	{"()", "a"},
	{"(?:)", ""},
	{"(a(b)?)+", "aba"},
	{"(?:(a)|b)*", "ab"},
	{"(a){0}b", "ab"},
	{"(?P<n_1>x)", "x"},
	// Repetition
	{"a*", "aaa", "b"},
	{"a+?", "aaa"},
	{"a*?b", "aab"},
	{"a??b", "ab", "b"},
	{"a{2}", "a", "aaa"},
	{"a{2,}", "aaaa", "a"},
	{"a{2,}?", "aaaa"},
	{"a{1,3}", "aaaa"},
	{"a{1,3}?", "aaaa"},
	{"a{0}", "a"},
	{"a{0,1}?a", "aa"},
	{"(a{2}){2}", "aaaaa"},
	{"(ab){2,3}", "abababab"},
	{"(a|b){3}", "abab"},
	{"(a*)*", "aa", "b"},
	{"(a*)+", "aa", "b"},
	{"(a*?)*", "aa"},
	{"(a|b*)*", "abba"},
	{"(|a)*", "aa"},
	{"(|a)+", "aa"},
	{"(a|)+", "aa"},
	{"(?:a?)*?b", "aab"},
	{"((a)|(b)|a*?)+?$", "aab"},
	{"(?:a*)*b", "aab"},
	{"(a?){3}a{3}", "aaa"},
	{"(?:^)*a", "a"},
	{`(\b)*a`, "a"},
	{"(a+)(a+)", "aaa"},
	{"(a+?)(a+)", "aaa"},
	{"x{1000}", strings.Repeat("x", 1000), strings.Repeat("x", 999)},
	// Flags
	{"(?i)abc", "aBC", "ABC"},
	{"(?i:a)b", "Ab", "AB"},
	{"a(?i)b(?-i)c", "aBc", "aBC"},
	{"(?i)k", "K", "\u212a"},
	{"(?i)[k-l]+", "\u212aLk"},
	{"(?i)s+", "sS\u017f"},
	{"(?i)[^s]", "\u017f", "S"},
	{`(?i)\w+`, "\u017f\u212a"},
	{`(?i)\W`, "\u017f"},
	{`(?i)[\W]`, "\u212a"},
	{"(?i)[[:upper:]]+", "ab\u017f"},
	{"(?i)σ+", "Σσς"},
	{"(?i)жÉ", "Жé"},
	{"(?i)[à-ö]+", "ÀÖ"},
	{"(?i)ß", "ẞ", "ss"},
	{"(?i)ǆ", "ǅ", "Ǆ"},
	{"(?is)A.B", "a\nb"},
	{"(?U)a+", "aaa"},
	{"(?U)a+?", "aaa"},
	{"(?U:a+)(a*)", "aaa"},
	{"(?i-i)a", "A"},
	{"(?s-s).", "\n"},
	{"(a(?i)b)c", "aBc", "aBC"},
	{"(?i)a|b", "B"},
	{"a(?i)*", "aaA"},
	{"(?m-s)^.$", "\na"},
	// What policies are made of
	{"^/api([/?].*)?$", "/api", "/api/", "/api?x", "/apix", "/api/a\nb"},
	{"^/(?P<User>[a-z]+)/personal(/.*)?$", "/bob/personal", "/bob/personal/x", "/Bob/personal"},
	{`\.(js|css|png)$`, "/a.js", "/a.js?x", "/a.mjs", "/a.CSS"},
	{"^/$", "/", "//"},
	{`^(?P<User>\w+)\.example\.com$`, "bob.example.com", "bob-x.example.com"},
	{`^app-\d{1,3}\.example\.com$`, "app-12.example.com", "app-1234.example.com"},
	{"^/users/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "/users/01234567-89ab-cdef-0123-456789abcdef"},
	{"^/static/(.*/)?[^/]+$", "/static/a/b/c.js", "/static/", "/static/c"},
	// Errors
	{"("}, {")"}, {"(a"}, {"a)"}, {"(a))"}, {"["}, {"[a"}, {"[]"}, {"[^]"}, {"[a-"}, {"[z-a]"}, {"[[:foo:]]"}, {"[[:Alpha:]]"},
	{"[a-\\d]"}, {"*"}, {"+a"}, {"?"}, {"a**"}, {"a+*"}, {"a??+"}, {"a{2}{3}"}, {"a{2}*"}, {"(*)"}, {"(|*)"}, {"|+"}, {"{1}"},
	{"a{1001}"}, {"a{2,1}"}, {"a{1,1001}"}, {"a{99999999999999999999}"}, {"(a{100}){11}"}, {"((a{10}){10}){11}"},
	{"(a{2,}){501}"}, {"((a{0}){1000}){1000}"}, {"((a{1000}){0}){1000}"}, {`\`}, {`a\`}, {`[\`}, {`\8`}, {`\1`}, {`\y`}, {`\Z`},
	{`\C`}, {`\é`}, {`\x`}, {`\x4`}, {`\xg0`}, {`\x{}`}, {`\x{110000}`}, {`\x{41`}, {`[\b]`}, {`[\8]`}, {`\E`}, {`(?`}, {`(?i`},
	{`(?x)a`}, {`(?-)a`}, {`(?--i)a`}, {`(?i-)a`}, {`(?i-:a)`}, {`(?=a)`}, {`(?!a)`}, {`(?<=a)`}, {`(?<!a)`}, {`(?>a)`}, {`(?#c)`},
	{`(?P<n>a)(?P<n>b)`}, {`(?P<n>a)(?<n>b)`}, {`(?P<>a)`}, {`(?P<n-1>a)`}, {`(?P<n`}, {`(?P<é>a)`}, {`(?P=n)`}, {`(?'n'a)`},
	{"\xff"}, {"a[\xe2\x82]"}, {"(?P<\xff>a)"}, {"\\Q\xff"}, {"(?i)\xc0\x80"},
}

// result is one text and where each group begins and ends in it, or null.
type result struct {
	Text    string `json:"text"`
	Indices []int  `json:"indices"`
}

type entry struct {
	Pattern string   `json:"pattern"`
	Error   string   `json:"error,omitempty"`
	Results []result `json:"results,omitempty"`
}

// latin1 makes one character of each byte.
func latin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func record(pattern string, texts []string) entry {
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return entry{Pattern: latin1(pattern), Error: string(err.(*syntax.Error).Code)}
	}
	results := make([]result, len(texts))
	for i, text := range texts {
		results[i] = result{latin1(text), compiled.FindStringSubmatchIndex(text)}
	}
	return entry{Pattern: latin1(pattern), Results: results}
}

// generator makes patterns and texts that have a fair chance of matching each other.
type generator struct {
	random *rand.Rand
	// What literals are taken from.
	alphabet []string
}

func (g *generator) pick(options ...string) string {
	return options[g.random.Intn(len(options))]
}

func (g *generator) literal() string {
	return g.pick(g.alphabet...)
}

func (g *generator) class() string {
	if g.random.Intn(3) == 0 {
		return g.pick(`\d`, `\D`, `\s`, `\S`, `\w`, `\W`, ".")
	}
	class := "[" + g.pick("", "", "^")
	for range 1 + g.random.Intn(3) {
		class += g.pick("a-c", "0-9", "A-Z", "é-ü", "!-~", "[:alpha:]", "[:^word:]", "[:space:]", `\d`, `\W`, "a", "b", "K",
			"s", "σ", "/", "_", "\n", "\ufffd", "-", "]")
	}
	return class + "]"
}

func (g *generator) pattern(depth int) string {
	if depth == 0 {
		if g.random.Intn(4) == 0 {
			return g.class()
		}
		return g.literal()
	}
	part := func() string { return g.pattern(depth - 1) }
	switch g.random.Intn(12) {
	case 0, 1, 2:
		return part() + part()
	case 3, 4:
		return part() + "|" + part()
	case 5:
		return "(" + part() + ")"
	case 6, 7, 8:
		return g.pick("(", "(", "(?:") + part() + ")" + g.pick("*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}?", "{2,}", "{0}")
	case 9:
		return g.pick("^", "$", `\b`, `\B`, "(?m:^)", "(?m:$)") + part()
	case 10:
		return part() + g.pick("^", "$", `\b`, `\B`, "(?m:^)", "(?m:$)")
	default:
		return "(?" + g.pick("i", "m", "s", "U", "i-s", "-i") + g.pick(":", ")(?:") + part() + ")"
	}
}

func (g *generator) text() string {
	text := ""
	for range g.random.Intn(8) {
		switch g.random.Intn(8) {
		case 0:
			text += g.pick("é", "É", "\u017f", "\u212a", "ς", "Σ", "€", "😀", "\ufffd")
		case 1:
			text += g.pick("\xe2\x82", "\xed\xa0\x80", "\xf0\x9f", "\xc0\x80", "\xf4\x90\x80\x80", "\x80", "\xff", "\n")
		default:
			text += g.pick("a", "b", "c", "a", "b", "K", "s", "/", "_", "1", " ", "-", "A")
		}
	}
	return text
}

// folds lists the code points that fold to each other.
func folds() [][]rune {
	var orbits [][]rune
	for r := rune(0); r <= unicode.MaxRune; r++ {
		orbit := []rune{r}
		for f := unicode.SimpleFold(r); f > r; f = unicode.SimpleFold(f) {
			orbit = append(orbit, f)
		}
		// Only from its lowest member does a whole orbit lie above.
		if f := unicode.SimpleFold(orbit[len(orbit)-1]); len(orbit) > 1 && f == r {
			orbits = append(orbits, orbit)
		}
	}
	return orbits
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	write := func(line any) {
		text, err := json.Marshal(line)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(out, "%s\n", text)
	}
	for _, row := range table {
		write(record(row[0], row[1:]))
	}
	alphabets := [][]string{
		{"a", "b", "c", "/"},
		{"a", "k", "K", "s", "S", "é", "É", "\u017f", "σ", "ς", "_", "1", "\n", "\ufffd"},
		{"a", "b", "-", `\.`, `\n`, `\x41`, `\x{e9}`, `\101`, "€", `\x{1F600}`, `\x{FFFD}`, `\Qa.\E`, "{", "]"},
	}
	for i := range 1200 {
		g := generator{rand.New(rand.NewSource(int64(i))), alphabets[i%len(alphabets)]}
		pattern := g.pattern(1 + i%5)
		write(record(pattern, []string{g.text(), g.text(), g.text()}))
	}
	for _, orbit := range folds() {
		write(map[string][]rune{"fold": orbit})
	}
}
