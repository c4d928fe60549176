# Least privilege by name. The test test/terraform/roles compares these lists with what the programs and the scripts in gcloud/ use.
locals {
  database = "projects/${module.party.project_id}/databases/(default)"
  store_permissions = [
    "datastore.entities.create",
    "datastore.entities.delete",
    "datastore.entities.get",
    "datastore.entities.list",
    "datastore.entities.update",
  ]
  log_permissions = ["logging.logEntries.create"]
}

resource "google_project_iam_custom_role" "store" {
  project     = module.party.project_id
  role_id     = "tokenStore"
  title       = "Approvals and state of the TokenServer"
  permissions = local.store_permissions
}

resource "google_project_iam_custom_role" "decisions" {
  count       = var.server_writes_log ? 1 : 0
  project     = module.party.project_id
  role_id     = "tokenDecisionLog"
  title       = "Write to Cloud Logging"
  permissions = local.log_permissions
}

resource "google_project_iam_member" "store" {
  for_each = merge({ server = module.party.member }, var.provisioner == null ? {} : { provisioner = var.provisioner })
  project  = module.party.project_id
  role     = google_project_iam_custom_role.store.id
  member   = each.value
  condition {
    title      = "only the database of the approvals"
    expression = "resource.name == \"${local.database}\""
  }
}

resource "google_project_iam_member" "decisions" {
  count   = length(google_project_iam_custom_role.decisions)
  project = module.party.project_id
  role    = google_project_iam_custom_role.decisions[0].id
  member  = module.party.member
}
