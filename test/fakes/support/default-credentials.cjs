// Google's auth library as it comes, in a process of its own: prints what it finds on the metadata server that
// GCE_METADATA_HOST names. Arguments: an audience.
const { GoogleAuth } = require('google-auth-library');

async function main() {
  const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
  const accessToken = await auth.getAccessToken();
  const client = await auth.getIdTokenClient(process.argv[2]);
  const idToken = await client.idTokenProvider.fetchIdToken(process.argv[2]);
  process.stdout.write(JSON.stringify({ accessToken, idToken, projectId: await auth.getProjectId() }));
}

main().catch((error) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
