mock_provider "google" {}

variables {
  project_id   = "ts-project"
  files        = { tls_crt = "versions.tf", tls_key = "versions.tf" }
  data_version = 1
  reader       = "tokenserver@ts-project.iam.gserviceaccount.com"
}

run "content_is_in_no_state" {
  assert {
    condition     = alltrue([for version in google_secret_manager_secret_version.this : version.secret_data_wo == null && version.secret_data == null])
    error_message = "write-only"
  }
  assert {
    condition     = alltrue([for grant in google_secret_manager_secret_iam_member.reader : grant.role == "roles/secretmanager.secretAccessor"]) && length(google_secret_manager_secret_iam_member.reader) == 2
    error_message = "one reader of each secret"
  }
}

run "old_versions_are_disabled" {
  variables {
    data_version = 2
  }
  assert {
    condition     = output.names == run.content_is_in_no_state.names
    error_message = "a VM that names the secret without version is not touched"
  }
  assert {
    condition     = alltrue([for version in google_secret_manager_secret_version.this : version.deletion_policy == "DISABLE"])
    error_message = "a new certificate does not leave the old key open"
  }
}
