// Package spec stands in for GitLab Runner's package of this name, which needs modules that Go's proxy does not serve. The search for logins uses
// only this type of it.
package spec

// Credentials is a login in the job that GitLab sends.
type Credentials struct {
	Type     string
	URL      string
	Username string
	Password string
}
