// The kubelet's own code for image credential providers, behind lines of JSON on stdin and stdout. It registers the providers as a
// kubelet does at its start and exits with 1 if that fails. klog's lines go to stderr.
//
//	{"images":["a/b","c/d"]}               asks for all of them at once; one answer for each image, in order
//	{"images":["a/b"],"account":"puller"}  the same for a pod with this service account
//	{"pattern":"*.io","image":"quay.io/a"} whether the pattern matches the image
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"

	authenticationv1 "k8s.io/api/authentication/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/credentialprovider"
	"k8s.io/kubernetes/pkg/credentialprovider/plugin"
)

// The token of every service account. It must never appear in the provider's output.
const serviceAccountToken = "service-account-token-of-the-test"

type question struct {
	Images  []string `json:"images"`
	Account string   `json:"account"`
	Pattern *string  `json:"pattern"`
	Image   string   `json:"image"`
}

type login struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

type answer struct {
	Image  string  `json:"image"`
	Logins []login `json:"logins"`
}

func main() {
	config := flag.String("config", "", "the kubelet's --image-credential-provider-config")
	binDir := flag.String("bin-dir", "", "the kubelet's --image-credential-provider-bin-dir")
	klog.InitFlags(nil)
	flag.Parse()
	if *config != "" {
		if err := plugin.RegisterCredentialProviderPlugins(*config, *binDir, requestToken, findAccount); err != nil {
			fail(err)
		}
	}
	lines := bufio.NewScanner(os.Stdin)
	output := json.NewEncoder(os.Stdout)
	fmt.Println(`{"ready":true}`)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fail(err)
		}
		if asked.Pattern != nil {
			matches, err := credentialprovider.URLsMatchStr(*asked.Pattern, asked.Image)
			write(output, map[string]bool{"matches": matches && err == nil})
			continue
		}
		for _, found := range lookUpAll(asked) {
			write(output, found)
		}
		klog.Flush()
	}
}

// lookUpAll starts every look-up before the first one ends, as a kubelet does after its start.
func lookUpAll(asked question) []answer {
	answers := make([]answer, len(asked.Images))
	var group sync.WaitGroup
	for index, image := range asked.Images {
		group.Add(1)
		go func() {
			defer group.Done()
			answers[index] = lookUp(image, asked.Account)
		}()
	}
	group.Wait()
	return answers
}

func lookUp(image string, account string) answer {
	keyring := plugin.NewExternalCredentialProviderDockerKeyring("default", "pod", "pod-uid", account)
	found, _ := keyring.Lookup(image)
	logins := []login{}
	for _, one := range found {
		logins = append(logins, login{one.Username, one.Password})
	}
	return answer{image, logins}
}

func requestToken(_ string, _ string, request *authenticationv1.TokenRequest) (*authenticationv1.TokenRequest, error) {
	request.Status.Token = serviceAccountToken
	return request, nil
}

func findAccount(namespace string, name string) (*v1.ServiceAccount, error) {
	return &v1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, UID: "account-uid"}}, nil
}

func write(output *json.Encoder, value any) {
	if err := output.Encode(value); err != nil {
		fail(err)
	}
}

func fail(err error) {
	klog.Flush()
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
