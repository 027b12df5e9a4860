// Package register has only the store that the tests use, so that no cloud's packages are built.
package register

import _ "github.com/external-secrets/external-secrets/pkg/provider/kubernetes"
