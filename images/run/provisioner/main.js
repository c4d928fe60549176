// Alice's terminal is no container: the provisioner runs as the bundle.
require('../../../dist/bundle/provisioner/main.js');
