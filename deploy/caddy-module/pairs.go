package zerohop

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"net/textproto"
	"strings"
)

type pair struct{ name, value string }

// The block that proxy-wasm passes headers in: a count, the lengths of each name and value, then the bytes, each followed by NUL.
func appendPairs(block []byte, pairs []pair) []byte {
	block = binary.LittleEndian.AppendUint32(block, uint32(len(pairs)))
	for _, each := range pairs {
		block = binary.LittleEndian.AppendUint32(block, uint32(len(each.name)))
		block = binary.LittleEndian.AppendUint32(block, uint32(len(each.value)))
	}
	for _, each := range pairs {
		block = append(append(block, each.name...), 0)
		block = append(append(block, each.value...), 0)
	}
	return block
}

func readPairs(block []byte) ([]pair, error) {
	if len(block) == 0 {
		return nil, nil
	}
	broken := fmt.Errorf("a header map of %d bytes that does not hold what it says", len(block))
	if len(block) < 4 {
		return nil, broken
	}
	count := uint64(binary.LittleEndian.Uint32(block))
	from := 4 + count*8
	if from > uint64(len(block)) {
		return nil, broken
	}
	pairs := make([]pair, 0, count)
	take := func(length uint32) (string, bool) {
		end := from + uint64(length)
		if end >= uint64(len(block)) {
			return "", false
		}
		text := string(block[from:end])
		from = end + 1
		return text, true
	}
	for i := uint64(0); i < count; i++ {
		name, isName := take(binary.LittleEndian.Uint32(block[4+i*8:]))
		value, isValue := take(binary.LittleEndian.Uint32(block[8+i*8:]))
		if !isName || !isValue {
			return nil, broken
		}
		pairs = append(pairs, pair{name, value})
	}
	return pairs, nil
}

// Appends the headers of a request as the gate reads them: the pseudo-headers of HTTP/2 (RFC 9113, section 8.3.1), and names in lower case.
func appendRequest(block []byte, r *http.Request) []byte {
	var room [48]pair
	pairs := append(room[:0],
		pair{":authority", r.Host}, pair{":path", r.URL.RequestURI()}, pair{":method", r.Method}, pair{":scheme", schemeOf(r)})
	return appendPairs(block, pairsOf(pairs, r.Header))
}

func pairsOf(pairs []pair, header http.Header) []pair {
	for name, values := range header {
		lower := lowered(name)
		for _, value := range values {
			pairs = append(pairs, pair{lower, value})
		}
	}
	return pairs
}

// Names that nearly every request has, or that the gate sets, as net/http spells them; and how they are in lower case.
var commonNames = []string{
	"Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control", "Connection", "Content-Length",
	"Content-Type", "Cookie", "Dnt", "If-Modified-Since", "If-None-Match", "Origin", "Pragma", "Priority", "Proxy-Authorization",
	"Range", "Referer", "Remote-Email", "Remote-Groups", "Remote-Name", "Remote-User", "Sec-Ch-Ua", "Sec-Ch-Ua-Mobile",
	"Sec-Ch-Ua-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User", "Set-Cookie", "Te", "Upgrade",
	"Upgrade-Insecure-Requests", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Requested-With",
}

var loweredNames, spelledNames = func() (lower, spelled map[string]string) {
	lower, spelled = make(map[string]string), make(map[string]string)
	for _, name := range commonNames {
		lower[name] = strings.ToLower(name)
		spelled[lower[name]] = name
	}
	return lower, spelled
}()

func lowered(name string) string {
	if known, isKnown := loweredNames[name]; isKnown {
		return known
	}
	return strings.ToLower(name)
}

// A name as the gate writes it, spelled as net/http does, by which it is found at once: to compare it with every other would give a client
// with many headers the time of all.
func spelled(name []byte) string {
	if known, isKnown := spelledNames[string(name)]; isKnown {
		return known
	}
	return textproto.CanonicalMIMEHeaderKey(string(name))
}
