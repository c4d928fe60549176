# Bob's TokenClient. `npm run image` reads this file and makes the image that has the digest of docs/images.md, without an engine.
# An engine can build it too, from the layers that `npm run image` leaves behind:
#   docker build -f images/tokenclient.Dockerfile -t tokenclient-local dist/images/layers
# That one runs the same files but has another digest (an engine writes its own times), so it goes by another name.
FROM scratch
ADD base.tar /
ADD tokenclient.tar /
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
USER 2000:2000
WORKDIR /
ENTRYPOINT ["/nodejs/bin/node", "/app/tokenclient.js"]
