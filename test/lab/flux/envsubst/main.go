// Command flux-envsubst substitutes the variables of the environment in what it reads, as Flux does: a name without value or default is an error.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/fluxcd/pkg/envsubst"
)

func main() {
	input, err := io.ReadAll(os.Stdin)
	if err == nil {
		var output string
		output, err = envsubst.Eval(string(input), os.LookupEnv)
		if err == nil {
			fmt.Print(output)
			return
		}
	}
	fmt.Fprintln(os.Stderr, "envsubst error:", err)
	os.Exit(1)
}
