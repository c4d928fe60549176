# Secrets rest under this key; its associated data ties each to its approval. Who can read the database cannot read them.
resource "google_kms_key_ring" "this" {
  project  = module.party.project_id
  location = var.region
  name     = "tokenserver"
}

resource "google_kms_crypto_key" "secrets" {
  name            = "secrets"
  key_ring        = google_kms_key_ring.this.id
  purpose         = "ENCRYPT_DECRYPT"
  rotation_period = "7776000s"
  version_template {
    algorithm        = "GOOGLE_SYMMETRIC_ENCRYPTION"
    protection_level = var.kms_protection_level
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "google_kms_crypto_key_iam_member" "server" {
  crypto_key_id = google_kms_crypto_key.secrets.id
  role          = "roles/cloudkms.cryptoKeyDecrypter"
  member        = module.party.member
}

# The review of a VM that was approved before opens the old secrets under the old policy: both ways.
resource "google_kms_crypto_key_iam_member" "provisioner" {
  count         = var.provisioner == null ? 0 : 1
  crypto_key_id = google_kms_crypto_key.secrets.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = var.provisioner
}
