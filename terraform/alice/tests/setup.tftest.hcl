# Firewall, grants, database and key.
mock_provider "google" {
  override_during = plan
  mock_resource "google_service_account" {
    defaults = {
      email  = "tokenserver@ts-project.iam.gserviceaccount.com"
      member = "serviceAccount:tokenserver@ts-project.iam.gserviceaccount.com"
    }
  }
  mock_data "google_project" {
    defaults = { number = "437175015995" }
  }
}

variables {
  region = "us-central1"
  project = {
    create          = false
    id              = "ts-project"
    name            = "tokenserver"
    billing_account = null
    org_id          = null
    folder_id       = null
    deletion_policy = "PREVENT"
    org_policies    = {}
  }
  cidr                 = "192.168.0.0/16"
  internal_ip          = ""
  external_ip          = "34.66.157.172"
  connectivity         = "public"
  vpn_mode             = "none"
  is_group             = false
  client_cidrs         = ["203.0.113.7/32"]
  psc_nat_cidr         = "172.31.255.0/29"
  port                 = 50051
  health_port          = 8081
  enable_nat           = false
  restrict_egress      = true
  collection_id        = "foo"
  create_firestore     = true
  firestore_location   = "nam5"
  kms_protection_level = "SOFTWARE"
  certificate_files    = { tls_crt = "tests/not-a-certificate.txt", tls_key = "tests/not-a-certificate.txt", "tls-ca" = "tests/not-a-certificate.txt" }
  certificate_version  = 1
  provisioner          = "user:alice@esodemoapp2.com"
  vpn_peer_deployer    = null
  server_writes_log    = true
}

run "public" {
  command = plan
  module {
    source = "./setup"
  }
  assert {
    condition     = google_compute_firewall.clients[0].source_ranges == toset(["203.0.113.7/32"]) && one(google_compute_firewall.clients[0].allow).ports == tolist(["50051"]) && google_compute_firewall.clients[0].target_service_accounts == toset(["tokenserver@ts-project.iam.gserviceaccount.com"])
    error_message = "one port, for the clients, to the server's account"
  }
  assert {
    condition     = length(google_compute_firewall.health) == 0 && length(google_compute_subnetwork.psc) == 0
    error_message = "no load balancer"
  }
  assert {
    condition     = output.external_address == "34.66.157.172"
    error_message = "an address that was reserved before is used"
  }
  assert {
    condition     = toset(keys(google_project_iam_member.store)) == toset(["server", "provisioner"]) && alltrue([for grant in google_project_iam_member.store : grant.condition[0].expression == "resource.name == \"projects/ts-project/databases/(default)\""])
    error_message = "approvals: for server and provisioner, in one database"
  }
  assert {
    condition     = google_kms_crypto_key_iam_member.server.role == "roles/cloudkms.cryptoKeyDecrypter" && google_kms_crypto_key_iam_member.provisioner[0].role == "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    error_message = "the server opens, the provisioner seals"
  }
  assert {
    condition     = google_firestore_field.state_ends.collection == "foo_state" && google_firestore_field.state_ends.field == "expiresAt" && length(google_firestore_field.state_ends.ttl_config) == 1
    error_message = "state that has ended is deleted"
  }
  assert {
    condition     = google_firestore_database.this[0].type == "FIRESTORE_NATIVE" && google_firestore_database.this[0].delete_protection_state == "DELETE_PROTECTION_ENABLED"
    error_message = "the database stays"
  }
}

run "nobody_yet" {
  command = plan
  module {
    source = "./setup"
  }
  variables {
    client_cidrs      = []
    provisioner       = null
    create_firestore  = false
    restrict_egress   = false
    server_writes_log = false
  }
  assert {
    condition     = length(google_compute_firewall.clients) == 0
    error_message = "closed inwards"
  }
  assert {
    condition     = keys(google_project_iam_member.store) == ["server"] && length(google_kms_crypto_key_iam_member.provisioner) == 0 && length(google_project_iam_member.decisions) == 0
    error_message = "no grant to nobody"
  }
  assert {
    condition     = length(google_firestore_database.this) == 0
    error_message = "an existing database is used"
  }
}

run "psc" {
  command = plan
  module {
    source = "./setup"
  }
  variables {
    connectivity = "psc"
    is_group     = true
    client_cidrs = []
  }
  assert {
    condition     = google_compute_firewall.clients[0].source_ranges == toset(["172.31.255.0/29"]) && google_compute_subnetwork.psc[0].purpose == "PRIVATE_SERVICE_CONNECT"
    error_message = "calls come from the subnetwork of Private Service Connect"
  }
  assert {
    condition     = google_compute_firewall.health[0].source_ranges == toset(["35.191.0.0/16", "130.211.0.0/22"]) && one(google_compute_firewall.health[0].allow).ports == tolist(["8081"])
    error_message = "health checks of Google reach the health port alone"
  }
}
