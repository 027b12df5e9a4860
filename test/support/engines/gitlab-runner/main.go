// GitLab Runner's own search for the login of a job's image, behind the command line. For each image in the arguments it prints a line of
// JSON: the login, or null without one. DOCKER_AUTH_CONFIG is the job's variable, and HOME the runner's. The runner's log goes to stderr.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"gitlab.com/gitlab-org/gitlab-runner/helpers/docker/auth"
)

type login struct {
	Username string `json:"username"`
	Password string `json:"password"`
	// The registry or the part of it that the login is for.
	Path string `json:"path"`
}

type journal struct{}

func (journal) Debugln(words ...any) { fmt.Fprintln(os.Stderr, words...) }

func (journal) Warningln(words ...any) { fmt.Fprintln(os.Stderr, words...) }

func main() {
	lines := json.NewEncoder(os.Stdout)
	for _, image := range os.Args[1:] {
		found, err := auth.Resolver{}.ConfigForImage(image, os.Getenv("DOCKER_AUTH_CONFIG"), "", nil, journal{})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		var answer *login
		if found != nil {
			answer = &login{found.AuthConfig.Username, found.AuthConfig.Password, found.Path}
		}
		if err := lines.Encode(answer); err != nil {
			os.Exit(1)
		}
	}
}
