import express, { type RequestHandler } from "express";
import locateSwaggerUi from "swagger-ui-dist/absolute-path.js";

const assetsPath = "/docs/assets";

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Mobigen Analytics API</title>
    <link rel="icon" type="image/png" href="${assetsPath}/favicon-32x32.png">
    <link rel="stylesheet" href="${assetsPath}/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="${assetsPath}/swagger-ui-bundle.js"></script>
    <script src="${assetsPath}/start.js"></script>
  </body>
</html>
`;

const startScript = `window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
`;

/** The page to try the API: Swagger UI from this machine, without a script of another place or inside the page. */
export function createDocsPage(): { show: RequestHandler; assetsPath: string; assets: RequestHandler } {
  const files = express.static(locateSwaggerUi(), {
    index: false,
    dotfiles: "ignore",
    maxAge: "1h",
    fallthrough: true,
  });
  const served = new Set(["/swagger-ui.css", "/swagger-ui-bundle.js", "/favicon-32x32.png"]);
  return {
    assetsPath,
    show: (_req, res) => {
      res.type("html").send(page);
    },
    assets: (req, res, next) => {
      if (req.path === "/start.js") res.type("js").send(startScript);
      else if (served.has(req.path)) files(req, res, next);
      else next();
    },
  };
}
