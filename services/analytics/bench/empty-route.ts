import express from "express";

// What the service's figures are held against: Express, the usual JSON parser, no store.
const app = express();
app.get("/health", (_request, response) => void response.json({ status: "ok" }));
app.use(express.json({ limit: "10mb" }), (request, response) => {
  response.json({ success: request.body !== undefined });
});
app.listen(Number(process.argv[2]), "127.0.0.1");
