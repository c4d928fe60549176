# Ways to reach the TokenServer, and several of it.
mock_provider "google" {
  override_during = plan
  mock_resource "google_compute_instance" {
    defaults = { instance_id = "5566778899" }
  }
  mock_resource "google_compute_ha_vpn_gateway" {
    defaults = { id = "projects/ts-project/regions/us-central1/vpnGateways/vpn1" }
  }
  mock_resource "google_compute_service_attachment" {
    defaults = { id = "projects/ts-project/regions/us-central1/serviceAttachments/tokenserver" }
  }
  mock_resource "google_kms_crypto_key" {
    defaults = { id = "projects/ts-project/locations/us-central1/keyRings/tokenserver/cryptoKeys/secrets" }
  }
  mock_resource "google_service_account" {
    defaults = {
      email  = "tokenserver@ts-project.iam.gserviceaccount.com"
      member = "serviceAccount:tokenserver@ts-project.iam.gserviceaccount.com"
    }
  }
  mock_resource "google_secret_manager_secret" {
    defaults = { name = "projects/437175015995/secrets/mocked" }
  }
  mock_data "google_project" {
    defaults = { number = "437175015995" }
  }
  mock_data "google_compute_image" {
    defaults = { name = "cos-121-18867-199-5" }
  }
}

override_resource {
  override_during = plan
  target          = module.ts_setup.module.party.google_compute_address.internal
  values          = { address = "192.168.0.4" }
}

override_resource {
  override_during = plan
  target          = module.ts_setup.module.party.google_compute_address.external
  values          = { address = "34.66.157.172" }
}

variables {
  create_project       = false
  ts_project_id        = "ts-project"
  ts_image_hash        = "sha256:0e5d83d9618c85566f826056ffe62c1bd73af591ae441e14aaea88f7a5efbeba"
  allowed_client_cidrs = ["10.0.0.0/16"]
  tls_server_ca        = "tests/not-a-certificate.txt"
  tls_server_crt       = "tests/not-a-certificate.txt"
  tls_server_key       = "tests/not-a-certificate.txt"
  vpn_key              = "not a key but long enough for one"
}

run "vpn_before_bob_answered" {
  command = plan
  variables {
    connectivity = "vpn"
  }
  assert {
    condition     = output.ts_vpn_gateway == "projects/ts-project/regions/us-central1/vpnGateways/vpn1" && output.ts_asn == 64514 && output.ts_cidr == "192.168.0.0/16"
    error_message = "what Bob needs is there"
  }
  assert {
    condition     = length(module.ts_vpn) == 0 && startswith(output.next_step, "Tell Bob")
    error_message = "no tunnel before his gateway is known"
  }
  assert {
    condition     = output.ts_external_address == null && output.ts_address == "192.168.0.4"
    error_message = "no external address"
  }
}

run "ha_vpn" {
  command = plan
  variables {
    connectivity   = "vpn"
    tc_vpn_gateway = "projects/tc-project/regions/us-central1/vpnGateways/vpn1"
  }
  assert {
    condition     = length(module.ts_vpn) == 1
    error_message = "tunnels"
  }
}

run "ha_vpn_without_its_key" {
  command = plan
  variables {
    connectivity   = "vpn"
    tc_vpn_gateway = "projects/tc-project/regions/us-central1/vpnGateways/vpn1"
    vpn_key        = null
  }
  expect_failures = [var.vpn_key]
}

run "classic_vpn" {
  command = plan
  variables {
    connectivity     = "vpn"
    vpn_mode         = "classic_static"
    tc_vpnip_address = "34.72.5.77"
  }
  assert {
    condition     = length(module.ts_vpn) == 1 && output.ts_vpn_gateway == null && output.ts_asn == null && output.vpn_mode == "classic_static"
    error_message = "as in 2021"
  }
}

run "private_service_connect" {
  command = plan
  variables {
    connectivity   = "psc"
    tc_project_id  = "tc-project"
    tc_instance_id = "1095334895532210538"
  }
  assert {
    condition     = output.ts_psc_attachment == "projects/ts-project/regions/us-central1/serviceAttachments/tokenserver" && output.ts_address == null && output.ts_instance_id == null
    error_message = "a service attachment before a group"
  }
  assert {
    condition     = strcontains(output.provisioner_flags, "--peerAddress any ")
    error_message = "the address of Bob's VM is hidden"
  }
}

run "replicas" {
  command = plan
  variables {
    connectivity    = "vpn"
    server_replicas = 3
  }
  assert {
    condition     = output.ts_instance_id == null && output.ts_address == "192.168.0.4"
    error_message = "the address is that of the load balancer"
  }
}

run "built_by_cloud_build" {
  command = plan
  variables {
    run_build = true
  }
  assert {
    condition     = length(module.ts_deploy) == 1
    error_message = "an image that will be built is an image"
  }
}

run "tls_keeps_no_authorities_for_clients" {
  command = plan
  variables {
    transport     = "tls"
    tls_server_ca = "tests/there-is-no-such-file"
  }
  expect_failures = [check.certificate_comparison]
}

run "confidential" {
  command = plan
  variables {
    confidential_type = "SEV_SNP"
    org_policies = {
      "compute.requireShieldedVm"                = { enforce = true }
      "compute.restrictNonConfidentialComputing" = { deny_all = true }
      "iam.allowedPolicyMemberDomains"           = { allowed_values = ["C0123abcd"] }
    }
  }
}

run "the_article_s_first_step" {
  command = plan
  plan_options {
    target = [module.ts_setup]
  }
  variables {
    connectivity = "public"
  }
  assert {
    condition     = output.ts_project_id == "ts-project" && output.ts_service_account == "tokenserver@ts-project.iam.gserviceaccount.com"
    error_message = "what the article prints after its first step"
  }
}

run "the_article_s_last_step" {
  command = plan
  plan_options {
    target = [module.ts_deploy]
  }
  variables {
    connectivity = "public"
  }
  assert {
    condition     = output.ts_instance_id == "5566778899"
    error_message = "-target takes what the VM needs along"
  }
}
