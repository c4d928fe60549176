# refused: does not support resource type "google_container_registry"
resource "google_container_registry" "this" {}
