require('../../../dist/builder/start-in-image.js').startInImage('tokenclient');
