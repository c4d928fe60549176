# Credentials: gcloud auth application-default login. State: this directory, unless you add a backend block of your own.
provider "google" {
  region = var.region
  zone   = var.zone
}
