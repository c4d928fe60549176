resource "google_firestore_database" "this" {
  count                       = var.create_firestore ? 1 : 0
  project                     = module.party.project_id
  name                        = "(default)"
  location_id                 = var.firestore_location
  type                        = "FIRESTORE_NATIVE"
  delete_protection_state     = "DELETE_PROTECTION_ENABLED"
  deletion_policy             = "ABANDON"
  app_engine_integration_mode = "DISABLED"
}

# Sessions and nonces go when they have ended. Firestore is late by up to a day: the server looks at the time itself. Counts of
# releases and revocations carry no expiresAt and stay.
resource "google_firestore_field" "state_ends" {
  project    = module.party.project_id
  database   = "(default)"
  collection = "${var.collection_id}_state"
  field      = "expiresAt"
  ttl_config {}
  index_config {}
  depends_on = [google_firestore_database.this]
}
