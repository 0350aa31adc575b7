// Whether MinIO in this container is ready: exit status 0 or 1. Its image has nothing else that could ask.
package main

import (
	"net/http"
	"os"
	"time"
)

func main() {
	client := http.Client{Timeout: 3 * time.Second}
	answer, err := client.Get("http://127.0.0.1:9000/minio/health/ready")
	if err != nil || answer.StatusCode != http.StatusOK {
		os.Exit(1)
	}
}
