package app

import (
	"context"
	"fmt"

	"sitegroup.mx/crm/backend/crm"
)

// demoTemplates are what the office of the demo writes all day, and where its privacy notice would be.
var demoTemplates = []crm.NewTemplate{
	{
		Channel: crm.KindWhatsApp, Name: "Primer saludo", Shared: true,
		Body: "Hola, {{nombre}}. Soy {{vendedor}}, de {{empresa}}.\n\nVi que te interesó {{desarrollo}}. ¿Te queda bien que te llame hoy para contarte precios y disponibilidad?",
	},
	{
		Channel: crm.KindWhatsApp, Name: "Confirmar cita", Shared: true,
		Body: "Hola, {{nombre}}. Te confirmo tu cita en {{desarrollo}} el {{fecha_cita}}. Aviso de privacidad: {{enlace_aviso}}\n\nSi necesitas cambiarla, respóndeme por aquí.",
	},
	{
		Channel: crm.KindWhatsApp, Name: "No contestó la llamada", Shared: true,
		Body: "Hola, {{nombre}}. Te marqué hace un momento y no pude encontrarte. ¿A qué hora te queda mejor? Soy {{vendedor}}, de {{empresa}}.",
	},
	{
		Channel: crm.KindEmail, Name: "Lista de precios", Shared: true, Subject: "{{desarrollo}}: precios y planes de pago",
		Body: "Buen día, {{nombre}}:\n\nTe comparto los precios de {{desarrollo}} que me pediste. Con gusto reviso contigo qué plan de pago te conviene.\n\nSaludos,\n{{vendedor}}\n{{empresa}}",
	},
	{
		Channel: crm.KindWhatsApp, Name: "Mi despedida",
		Body: "Gracias por tu tiempo, {{nombre}}. Aquí estoy para lo que necesites.",
	},
}

// writeTemplates gives the demo's office its templates.
func (d *demoOffice) writeTemplates(ctx context.Context) error {
	for _, t := range demoTemplates {
		if _, err := d.CRM.CreateTemplate(ctx, d.admin, t); err != nil {
			return fmt.Errorf("write demo template: %w", err)
		}
	}
	if _, err := d.CRM.SetNoticeURL(ctx, d.admin, "https://example.com/aviso-de-privacidad"); err != nil {
		return fmt.Errorf("set demo notice: %w", err)
	}
	return nil
}
