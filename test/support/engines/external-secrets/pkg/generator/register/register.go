// Package register has only the generator that the tests use.
package register

import _ "github.com/external-secrets/external-secrets/pkg/generator/webhook"
