# What Alice may read, and the command line that she reviews.
mock_provider "google" {}

variables {
  zone                = "us-central1-a"
  project_id          = "tc-project"
  subnet              = "s"
  internal_address    = "10.0.0.2"
  external_address    = null
  has_external        = false
  service_account     = "tokenclient@tc-project.iam.gserviceaccount.com"
  image               = "us-central1-docker.pkg.dev/tc-project/tokenclient/tokenclient@sha256:0228eb3e54c90fa110b6bdceb4064fe07647ada0b3303067638bedb58ff8dbd8"
  cos_image           = "projects/cos-cloud/global/images/cos-121-18867-199-5"
  cos_family          = "cos-121-lts"
  machine_type        = null
  confidential_type   = null
  deletion_protection = false
  run_as_root         = false
  ts_service_account  = "tokenserver@ts-project.iam.gserviceaccount.com"
  provisioner         = "user:alice@esodemoapp2.com"
  access_until        = null
  settings = {
    address              = "192.168.0.4:50051"
    server_name          = "tokenservice.esodemoapp2.com"
    audience             = "https://tokenserver"
    transport            = "mtls"
    secrets              = { tls_crt = "projects/1/secrets/tls_crt/versions/1", tls_key = "projects/1/secrets/tls_key/versions/2", "tls-ca" = "projects/1/secrets/tls-ca/versions/3" }
    pins                 = ["sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "sha256/BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="]
    exchange_signing_key = false
    reattest_seconds     = null
    log_level            = 0
  }
}

run "client" {
  module {
    source = "./deploy"
  }
  assert {
    condition = join(" ", output.arguments) == join(" ", [
      "--address 192.168.0.4:50051 --sniServerName tokenservice.esodemoapp2.com --tsAudience https://tokenserver",
      "--tlsServerPin sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= --tlsServerPin sha256/BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=",
      "--useSecrets --tlsCertChain projects/1/secrets/tls-ca/versions/3",
      "--useMTLS --tlsClientCert projects/1/secrets/tls_crt/versions/1 --tlsClientKey projects/1/secrets/tls_key/versions/2",
      "--useTPM --doAttestation",
    ])
    error_message = "the command line of the TokenClient, each secret with its version"
  }
  assert {
    condition     = google_project_iam_custom_role.instance.permissions == toset(["compute.instances.get", "compute.instances.getShieldedInstanceIdentity"]) && google_project_iam_custom_role.disk.permissions == toset(["compute.disks.get"])
    error_message = "the VM and its disk, to read"
  }
  assert {
    condition     = google_project_iam_custom_role.project.permissions == toset(["compute.instanceSettings.get", "compute.projects.get", "logging.logEntries.list"])
    error_message = "metadata and audit log of the project, to read"
  }
  assert {
    condition     = [for grant in google_compute_instance_iam_member.reviewer : grant.member] == ["user:alice@esodemoapp2.com", "serviceAccount:tokenserver@ts-project.iam.gserviceaccount.com"]
    error_message = "Alice's provisioner and her server"
  }
  assert {
    condition     = alltrue([for grant in google_project_iam_member.reviewer : length(grant.condition) == 0])
    error_message = "no end"
  }
}

run "another_vm_gets_its_grants" {
  module {
    source = "./deploy"
  }
  variables {
    cos_image = "projects/cos-cloud/global/images/cos-125-19216-1-2"
  }
  assert {
    condition     = output.tc_instance_id != run.client.tc_instance_id
    error_message = "grants end with the VM, and the new one has its own"
  }
}

run "until_a_day" {
  command = plan
  module {
    source = "./deploy"
  }
  variables {
    access_until = "2027-01-31T00:00:00Z"
  }
  assert {
    condition     = google_project_iam_member.reviewer["server"].condition[0].expression == "request.time < timestamp(\"2027-01-31T00:00:00Z\")" && google_compute_instance_iam_member.reviewer["provisioner"].condition[0].expression == "request.time < timestamp(\"2027-01-31T00:00:00Z\")"
    error_message = "a condition on each grant that shows the VM"
  }
}

run "nobody_reviews" {
  command = plan
  module {
    source = "./deploy"
  }
  variables {
    provisioner = null
  }
  assert {
    condition     = keys(google_project_iam_member.reviewer) == ["server"]
    error_message = "the server alone"
  }
}
