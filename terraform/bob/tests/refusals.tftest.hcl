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

run "image_by_tag" {
  command = plan
  variables {
    tc_image_hash = "docker.io/someone/tokenclient:v1"
  }
  expect_failures = [var.tc_image_hash]
}

run "boot_image_by_family" {
  command = plan
  variables {
    cos_image = "projects/cos-cloud/global/images/family/cos-stable"
  }
  expect_failures = [var.cos_image]
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

run "log_that_says_too_much" {
  command = plan
  variables {
    log_level = 25
  }
  expect_failures = [var.log_level]
}

run "vpn_without_its_key" {
  command = plan
  variables {
    connectivity   = "vpn"
    ts_vpn_gateway = "projects/ts-project/regions/us-central1/vpnGateways/vpn1"
  }
  expect_failures = [var.vpn_key]
}

run "short_vpn_key" {
  command = plan
  variables {
    vpn_key = "secret"
  }
  expect_failures = [var.vpn_key]
}

run "somebody_instead_of_a_service_account" {
  command = plan
  variables {
    ts_service_account = "allUsers"
  }
  expect_failures = [var.ts_service_account]
}

run "address_with_a_port" {
  command = plan
  variables {
    ts_address = "34.66.157.172:50051"
  }
  expect_failures = [var.ts_address]
}

run "end_that_is_no_instant" {
  command = plan
  variables {
    access_until = "next year"
  }
  expect_failures = [var.access_until]
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
