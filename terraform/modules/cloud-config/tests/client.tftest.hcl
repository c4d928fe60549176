variables {
  role  = "client"
  image = "us-central1-docker.pkg.dev/tc-project/tokens/tokenclient@sha256:eea4812c723e6d39d4261504508c0903c1c0958fc6ec25a9cad906c57ea610a9"
  arguments = [
    "--address", "34.1.2.3:50051", "--tsAudience", "https://tokens.example.com",
    "--tlsServerPin", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "--useTPM", "--doAttestation",
  ]
}

run "the_hashes_are_of_the_bytes" {
  assert {
    condition     = output.user_data_sha256 == base64sha256(output.metadata["user-data"])
    error_message = "The hash is not that of what the VM gets."
  }
  assert {
    condition     = output.user_data_sha256_hex == sha256(output.user_data)
    error_message = "The two hashes differ."
  }
}

run "the_metadata_is_this_and_nothing_else" {
  assert {
    condition = { for key, value in output.metadata : key => value if key != "user-data" } == {
      block-project-ssh-keys     = "TRUE"
      cos-metrics-enabled        = "FALSE"
      cos-update-strategy        = "update_disabled"
      enable-guest-attributes    = "FALSE"
      enable-osconfig            = "FALSE"
      enable-oslogin             = "FALSE"
      google-logging-enabled     = "FALSE"
      google-monitoring-enabled  = "FALSE"
      serial-port-enable         = "FALSE"
      serial-port-logging-enable = "FALSE"
    }
    error_message = "A key is new, gone, or has another value."
  }
}

run "flag_and_value_share_a_line" {
  assert {
    condition     = strcontains(output.user_data, " \\\n      --tlsServerPin sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \\\n      --useTPM \\\n      --doAttestation\n")
    error_message = "The arguments are not as they were given."
  }
}

run "root_is_one_variable" {
  variables {
    run_as_root = true
  }
  assert {
    condition     = strcontains(output.user_data, "--user=0:2000 ") && strcontains(output.user_data, "--cap-drop=ALL ")
    error_message = "Root keeps its capabilities."
  }
}

run "no_tag" {
  command = plan
  variables {
    image = "us-central1-docker.pkg.dev/tc-project/tokens/tokenclient:v1"
  }
  expect_failures = [var.image]
}

run "no_client_without_pin" {
  command = plan
  variables {
    arguments = ["--address", "34.1.2.3:50051", "--tsAudience", "https://tokens.example.com"]
  }
  expect_failures = [var.arguments]
}

run "no_client_without_audience" {
  command = plan
  variables {
    arguments = ["--address", "34.1.2.3:50051", "--tlsServerPin", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
  }
  expect_failures = [var.arguments]
}

run "no_client_without_server" {
  command = plan
  variables {
    arguments = ["--tsAudience", "https://tokens.example.com", "--tlsServerPin", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
  }
  expect_failures = [var.arguments]
}

run "no_endpoints" {
  command = plan
  variables {
    arguments = ["--address", "a:1", "--tsAudience", "https://a", "--tlsServerPin", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "--endpoints=x"]
  }
  expect_failures = [var.arguments]
}

run "no_level_that_prints_secrets" {
  command = plan
  variables {
    arguments = ["--address", "a:1", "--tsAudience", "https://a", "--tlsServerPin", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "--v=20"]
  }
  expect_failures = [var.arguments]
}

run "no_words_that_the_service_manager_reads" {
  command = plan
  variables {
    arguments = ["--address", "a:1", "--tsAudience", "https://a;reboot", "--tlsServerPin", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
  }
  expect_failures = [var.arguments]
}

run "no_ports_of_a_client" {
  command = plan
  variables {
    ports = [50051]
  }
  expect_failures = [var.ports]
}

run "no_log_of_a_client_at_bob" {
  command = plan
  variables {
    cloud_logging = true
  }
  expect_failures = [var.cloud_logging]
}
