# gcloud/*.yaml.tmpl are this module's own output with three places left open. When the module changes, they have to.
run "template_of_the_server" {
  variables {
    role      = "server"
    image     = "us-central1-docker.pkg.dev/ts-project/tokenserver/tokenserver@sha256:0e5d83d9618c85566f826056ffe62c1bd73af591ae441e14aaea88f7a5efbeba"
    arguments = ["--grpcport", "0.0.0.0:50051", "--tsAudience", "https://tokenserver", "--useMTLS"]
    ports     = [50051]
  }
  assert {
    condition = output.user_data == replace(replace(replace(file("../../../gcloud/ts-cloud-config.yaml.tmpl"),
      "@ARGUMENTS@", "--grpcport 0.0.0.0:50051 \\\n      --tsAudience https://tokenserver \\\n      --useMTLS"),
      "@IMAGE@", "us-central1-docker.pkg.dev/ts-project/tokenserver/tokenserver@sha256:0e5d83d9618c85566f826056ffe62c1bd73af591ae441e14aaea88f7a5efbeba"),
    "@REGISTRY@", "us-central1-docker.pkg.dev")
    error_message = "gcloud/ts-cloud-config.yaml.tmpl is not what this module renders: copy its output there, with @IMAGE@, @REGISTRY@ and @ARGUMENTS@."
  }
}

run "template_of_the_client" {
  variables {
    role      = "client"
    image     = "us-central1-docker.pkg.dev/tc-project/tokenclient/tokenclient@sha256:0228eb3e54c90fa110b6bdceb4064fe07647ada0b3303067638bedb58ff8dbd8"
    arguments = ["--address", "34.66.157.172:50051", "--tsAudience", "https://tokenserver", "--tlsServerPin", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "--useTPM"]
  }
  assert {
    condition = output.user_data == replace(replace(replace(file("../../../gcloud/tc-cloud-config.yaml.tmpl"),
      "@ARGUMENTS@", "--address 34.66.157.172:50051 \\\n      --tsAudience https://tokenserver \\\n      --tlsServerPin sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \\\n      --useTPM"),
      "@IMAGE@", "us-central1-docker.pkg.dev/tc-project/tokenclient/tokenclient@sha256:0228eb3e54c90fa110b6bdceb4064fe07647ada0b3303067638bedb58ff8dbd8"),
    "@REGISTRY@", "us-central1-docker.pkg.dev")
    error_message = "gcloud/tc-cloud-config.yaml.tmpl is not what this module renders: copy its output there, with @IMAGE@, @REGISTRY@ and @ARGUMENTS@."
  }
}
