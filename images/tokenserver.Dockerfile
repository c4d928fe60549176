# Alice's TokenServer. `npm run image` reads this file and makes the image that has the digest of docs/images.md, without an engine.
# An engine can build it too, from the layers that `npm run image` leaves behind:
#   docker build -f images/tokenserver.Dockerfile -t tokenserver-local dist/images/layers
# That one runs the same files but has another digest (an engine writes its own times), so it goes by another name.
FROM scratch
ADD base.tar /
ADD tokenserver.tar /
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
USER 2000:2000
WORKDIR /
EXPOSE 50051
ENTRYPOINT ["/nodejs/bin/node", "/app/tokenserver.js"]
