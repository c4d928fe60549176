# What is refused before anything is made.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "784870110443" }
  }
}

variables {
  create_project = false
  tc_project_id  = "tc-project"
  tls_client_ca  = "tests/not-a-certificate.txt"
  tls_client_crt = "tests/not-a-certificate.txt"
  tls_client_key = "tests/not-a-certificate.txt"
}

run "alts" {
  command = plan
  variables {
    transport = "alts"
  }
  expect_failures = [var.transport]
}

run "external_address_and_nat" {
  command = plan
  variables {
    external_ip = true
    enable_nat  = true
  }
  expect_failures = [var.enable_nat]
}

run "public_server_out_of_reach" {
  command = plan
  variables {
    external_ip = false
  }
  expect_failures = [var.enable_nat]
}

run "vpn_without_its_key" {
  command = plan
  variables {
    connectivity   = "vpn"
    ts_vpn_gateway = "projects/ts-project/regions/us-central1/vpnGateways/vpn1"
  }
  expect_failures = [var.vpn_key]
}

run "name_behind_a_closed_egress" {
  command = plan
  variables {
    ts_address = "tokens.example.com"
  }
  expect_failures = [check.egress]
}

run "a_single_pin_is_warned_of" {
  command = plan
  variables {
    tls_server_pins = ["sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
  }
  expect_failures = [check.pins]
}

run "nobody_to_review_is_warned_of" {
  command = plan
  variables {
    tc_image_hash      = null
    ts_address         = "34.66.157.172"
    ts_audience        = "https://tokenserver"
    ts_service_account = "tokenserver@ts-project.iam.gserviceaccount.com"
    tls_server_pins    = ["sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "sha256/BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="]
  }
  expect_failures = [check.reviewers]
}

run "build_of_an_image_without_a_digest" {
  command = plan
  variables {
    run_build = true
  }
  expect_failures = [var.run_build]
}

# One plan for all: each of these has to be refused by itself.
run "values_of_another_form" {
  command = plan
  variables {
    tc_image_hash      = "docker.io/someone/tokenclient:v1"
    cos_image          = "projects/cos-cloud/global/images/family/cos-stable"
    log_level          = 25
    vpn_key            = "secret"
    ts_service_account = "allUsers"
    ts_address         = "34.66.157.172:50051"
    access_until       = "next year"
  }
  expect_failures = [
    var.tc_image_hash,
    var.cos_image,
    var.log_level,
    var.vpn_key,
    var.ts_service_account,
    var.ts_address,
    var.access_until,
  ]
}
