// Caddy with its standard modules and the gate: what `xcaddy build --with zerohop.dev/caddy=.` makes, without xcaddy.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "zerohop.dev/caddy"
)

func main() {
	caddycmd.Main()
}
