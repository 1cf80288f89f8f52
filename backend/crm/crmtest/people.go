package crmtest

import "fmt"

var (
	firstNames = []string{
		"María Fernanda", "José Luis", "Guadalupe", "Juan Carlos", "Ana Sofía", "Miguel Ángel", "Verónica", "Raúl", "Ximena",
		"Óscar", "Lucía", "Íñigo", "Marisol", "Héctor", "Daniela", "Ramón", "Paola", "Martín", "Úrsula", "Nicolás", "Regina",
		"Begoña", "Ernesto", "Mariana", "Camilo", "Rosa", "Gerardo", "Itzel", "Fabián", "Jimena", "Tomás",
	}
	surnames = []string{
		"González", "Hernández", "García", "Martínez", "López", "Pérez", "Rodríguez", "Sánchez", "Ramírez", "Cruz", "Flores",
		"Gómez", "Morales", "Vázquez", "Jiménez", "Reyes", "Díaz", "Torres", "Gutiérrez", "Ruiz", "Mendoza", "Aguilar", "Ortiz",
		"Castillo", "Muñoz", "Núñez", "Zárate", "Ibáñez", "Quiñones", "Peña", "Yáñez", "Ulloa", "Escobar", "Barrios", "Cárdenas",
		"Juárez", "Ávila",
	}
)

// Name returns the name of the n-th invented person. The counts of first names and surnames share no factor, so the first
// 42,000 differ.
func Name(n int) string {
	second := surnames[(n/len(surnames)*7+n*3)%len(surnames)]
	return firstNames[n%len(firstNames)] + " " + surnames[n%len(surnames)] + " " + second
}

// PhoneText returns a phone of the n-th person as forms bring it. Up to 8,000,000 differ.
func PhoneText(n int) string { return fmt.Sprintf("+52222%07d", 2_000_000+n*7919%8_000_000) }

// EmailText returns the address of the n-th person.
func EmailText(n int) string { return fmt.Sprintf("persona.%d@example.com", n) }
