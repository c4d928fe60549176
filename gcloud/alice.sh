#!/usr/bin/env bash
# Alice's side without terraform: one TokenServer with an external address and client certificates. For VPN, Private Service Connect or
# several servers use terraform/alice. Set the variables, then say the steps in this order:
#   gcloud/alice.sh setup          project, network, account, roles, registry, database, key
#   gcloud/alice.sh certificates   certificate, key and client authorities into Secret Manager
#   gcloud/alice.sh clients        who may connect: when Bob has told his address
#   gcloud/alice.sh deploy         the VM
#   gcloud/alice.sh tell           what Bob needs
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=gcloud/steps.sh
source "$here/steps.sh"

PROJECT="${TS_PROJECT_ID:-}"
REGION="${REGION:-us-central1}"
ZONE="${ZONE:-us-central1-a}"
TS_CIDR="${TS_CIDR:-192.168.0.0/16}"
COLLECTION_ID="${COLLECTION_ID:-foo}"
FIRESTORE_LOCATION="${FIRESTORE_LOCATION:-nam5}"
need TS_PROJECT_ID 'a project id' "$project_pattern"
# Others have no default: TS_PROVISIONER ALLOWED_CLIENT_CIDRS TS_AUDIENCE TS_IMAGE COS_IMAGE TLS_SERVER_CA TLS_SERVER_CRT TLS_SERVER_KEY
# SNI_SERVERNAME TLS_SERVER_PINS. Optional: CREATE_PROJECT=true with BILLING_ACCOUNT and ORG_ID, CONFIDENTIAL_TYPE.

account="tokenserver@$PROJECT.iam.gserviceaccount.com"
apis=(
  artifactregistry.googleapis.com cloudbuild.googleapis.com cloudkms.googleapis.com cloudresourcemanager.googleapis.com
  compute.googleapis.com dns.googleapis.com firestore.googleapis.com iam.googleapis.com logging.googleapis.com
  secretmanager.googleapis.com
)

# grant MEMBER ROLE [CONDITION]
grant() {
  gcloud projects add-iam-policy-binding "$PROJECT" --member "$1" --role "projects/$PROJECT/roles/$2" --condition "${3:-None}"
}

setup() {
  need TS_PROVISIONER 'who approves: user:, group: or serviceAccount: and an e-mail address' '(user|group|serviceAccount):[^[:space:]]+@[^[:space:]]+'
  make_project tokenserver
  make_network tokenserver "$TS_CIDR"
  make_account tokenserver TokenServer
  make_registry tokenserver "$account"
  make_addresses tokenserver
  closed tokenserver "$account"
  store
  key
}

store() {
  make_role tokenStore 'Approvals and state of the TokenServer' \
    datastore.entities.create,datastore.entities.delete,datastore.entities.get,datastore.entities.list,datastore.entities.update
  make_role tokenDecisionLog 'Write to Cloud Logging' logging.logEntries.create
  local only="title=only the database of the approvals,expression=resource.name == \"projects/$PROJECT/databases/(default)\""
  grant "serviceAccount:$account" tokenStore "$only"
  grant "$TS_PROVISIONER" tokenStore "$only"
  grant "serviceAccount:$account" tokenDecisionLog
  there firestore databases describe --database '(default)' ||
    gcloud firestore databases create --project "$PROJECT" --database '(default)' --location "$FIRESTORE_LOCATION" \
      --type firestore-native --delete-protection
  gcloud firestore fields ttls update expiresAt --project "$PROJECT" --collection-group "${COLLECTION_ID}_state" --enable-ttl --async
}

key() {
  local where=(--project "$PROJECT" --location "$REGION" --keyring tokenserver)
  there kms keyrings describe tokenserver --location "$REGION" ||
    gcloud kms keyrings create tokenserver --project "$PROJECT" --location "$REGION"
  there kms keys describe secrets --location "$REGION" --keyring tokenserver ||
    gcloud kms keys create secrets "${where[@]}" --purpose encryption --rotation-period 90d \
      --next-rotation-time "$(date -u -d '+90 days' +%Y-%m-%dT%H:%M:%SZ)"
  gcloud kms keys add-iam-policy-binding secrets "${where[@]}" --member "serviceAccount:$account" \
    --role roles/cloudkms.cryptoKeyDecrypter --condition None
  gcloud kms keys add-iam-policy-binding secrets "${where[@]}" --member "$TS_PROVISIONER" \
    --role roles/cloudkms.cryptoKeyEncrypterDecrypter --condition None
}

certificates() {
  need TLS_SERVER_CA 'a PEM file'
  need TLS_SERVER_CRT 'a PEM file'
  need TLS_SERVER_KEY 'a PEM file'
  put_secret tls-ca "$TLS_SERVER_CA" "$account"
  put_secret tls_crt "$TLS_SERVER_CRT" "$account"
  put_secret tls_key "$TLS_SERVER_KEY" "$account"
}

clients() {
  # /8 to /32: a wider range is the world.
  local range='[0-9]{1,3}(\.[0-9]{1,3}){3}/([89]|[12][0-9]|3[0-2])'
  need ALLOWED_CLIENT_CIDRS 'ranges of the clients with /8 to /32, such as 203.0.113.7/32, separated by commas' "$range(,$range)*"
  if there compute firewall-rules describe tokenserver-clients; then
    gcloud compute firewall-rules update tokenserver-clients --project "$PROJECT" --source-ranges "$ALLOWED_CLIENT_CIDRS"
  else
    rule tokenserver-clients --network tokenserver --direction INGRESS --priority 1000 --action ALLOW --rules tcp:50051 \
      --source-ranges "$ALLOWED_CLIENT_CIDRS" --target-service-accounts "$account" --enable-logging
  fi
}

deploy() {
  need TS_IMAGE 'an image by digest: HOST/PROJECT/REPOSITORY/tokenserver@sha256:HEX' "$image_pattern"
  need COS_IMAGE 'a boot image: projects/cos-cloud/global/images/NAME' "$boot_image_pattern"
  need TS_AUDIENCE 'the audience of the identity tokens'
  local number secrets user_data
  number="$(gcloud projects describe "$PROJECT" --format 'value(projectNumber)')"
  secrets="projects/$number/secrets"
  user_data="$(mktemp)"
  # shellcheck disable=SC2064 # the name of now
  trap "rm -f '$user_data'" EXIT
  render "$here/ts-cloud-config.yaml.tmpl" "$TS_IMAGE" \
    --grpcport 0.0.0.0:50051 --tsAudience "$TS_AUDIENCE" --useMTLS \
    --useSecrets --tlsCert "$secrets/tls_crt" --tlsKey "$secrets/tls_key" --tlsCertChain "$secrets/tls-ca" \
    --useTPM --validatePeerIP=true --validatePeerSN=true \
    --firestoreProjectId "$PROJECT" --firestoreCollectionName "$COLLECTION_ID" \
    --jwtIssuedAtJitter 30 --decisionLogName tokenserver-decisions >"$user_data"
  make_vm tokenserver "$account" "$user_data"
}

tell() {
  need TS_AUDIENCE 'the audience of the identity tokens'
  need SNI_SERVERNAME "the DNS name in the server's certificate"
  need TLS_SERVER_PINS 'pins of your CA and of a spare one, separated by blanks (npm run certs prints them)'
  need TS_PROVISIONER 'who approves'
  printf 'export %s=%q\n' TS_SERVICE_ACCOUNT "$account" TS_ADDRESS "$(address_of tokenserver)" TS_PROVISIONER "$TS_PROVISIONER" \
    TS_AUDIENCE "$TS_AUDIENCE" SNI_SERVERNAME "$SNI_SERVERNAME" TLS_SERVER_PINS "$TLS_SERVER_PINS"
}

case ${1:-} in
  setup | certificates | clients | deploy | tell) "$1" ;;
  *) die 'say setup, certificates, clients, deploy or tell' ;;
esac
