// Fetches an image by the code by which Istio's proxies fetch the gate's, from a registry that it serves meanwhile.
// Arguments: the file that the module is written to, and the words of a command that pushes the image, to which its address is added.
package main

import (
	"context"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
	"istio.io/istio/pkg/wasm"
)

func main() {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	image := strings.TrimPrefix(server.URL, "http://") + "/zerohop/gate:1"
	push := exec.Command(os.Args[2], append(os.Args[3:], "docker://"+image)...)
	if output, err := push.CombinedOutput(); err != nil {
		log.Fatalf("%v: %s", err, output)
	}
	fetcher := wasm.NewImageFetcher(context.Background(), wasm.ImageFetcherOption{Insecure: true})
	fetch, _, err := fetcher.PrepareFetch(image)
	if err != nil {
		log.Fatal(err)
	}
	module, err := fetch()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1], module, 0o600); err != nil {
		log.Fatal(err)
	}
}
